/**
 * Hostile values in every field of every record, of both generations of Calico, through decode, plan and render, and a share of them
 * through the real BIRD. A quick share here; `npm run fuzz` is the same with many more. On failure fast-check prints seed and
 * counter-example.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readProgramVersion } from '../../src/apply/bird-version.js';
import { checkFileSet } from '../../src/apply/check/check-once.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { ok } from '../../src/base/result.js';
import type { Cluster } from '../../src/model/cluster.js';
import { Planner } from '../../src/plan/make-plan.js';
import type { Plan } from '../../src/plan/plan.js';
import { fileSetOf } from '../../src/render/file-set.js';
import { type BirdKind, birdOf, birdsOf, checkersOf } from '../support/birds.js';
import { hostileCluster, SMUGGLED } from '../support/hostile.js';
import { HOSTS } from '../support/property-site.js';
import { Renderer, storeOf } from '../support/scenario.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
/** Of so many clusters one goes through the real BIRD. */
const ONE_OF = 15;
const KINDS = birdsOf('bird1', 'bird2', 'bird3-newest', 'calico');
/** The passwords that peers of the cluster ask for. */
const SECRETS = new Map([
  ['secrets-dir:/s/bgp/tor', ok('it is; {secret}')],
  ['secrets-dir:/s/bgp/mesh', ok('# too')],
]);

/** What the BIRDs say their versions are. */
const VERSIONS = new Map(
  await Promise.all(
    KINDS.map(
      async (kind) => [kind, await readProgramVersion(birdOf(kind).bird, systemClock)] as const,
    ),
  ),
);

test(
  'hostile values are refused alone: no crash, no file that BIRD refuses, nothing that the plan does not hold',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        hostileCluster,
        fc.constantFrom(...HOSTS),
        fc.constantFrom(...KINDS),
        fc.integer({ min: 0, max: ONE_OF - 1 }),
        async ({ entries, bad }, host, kind, lot) => {
          const store = storeOf(entries);
          store.replaceFiles(SECRETS);
          const renderer = await Renderer.create(birdOf(kind).dialect, VERSIONS.get(kind));

          const { files } = renderer.render(store, host);

          const { plan } = new Planner().plan(store.cluster(), host);
          expect(sessionsIn(files)).toEqual(sessionsOf(plan));
          expect(bareText(files)).not.toContain(SMUGGLED);
          const others = storeOf(entries.filter(({ key }) => !bad.has(key)));
          expect(recordsOf(store.cluster(), bad)).toEqual(recordsOf(others.cluster(), bad));
          if (lot === 0) {
            expect(await refusalsOf(kind, files)).toEqual([]);
          }
        },
      ),
      { numRuns: RUNS },
    );
  },
  300_000 + 200 * RUNS,
);

type Files = ReadonlyMap<string, string>;

/** Files without what is in comments and strings: there nothing is a statement. */
function bareText(files: Files): string {
  return [...files.values()].join('\n').replaceAll(/"[^"\n]*"|#[^\n]*/g, '');
}

function sessionsIn(files: Files): readonly string[] {
  const sessions = bareText(files).matchAll(
    /\bprotocol\s+bgp\s+(\S+)[^{]*\{[^}]*?neighbor (\S+)(?: port (\d+))? as (\d+)/g,
  );
  return Array.from(sessions, ([, ...parts]) => parts.map((part) => part ?? '').join(' ')).sort();
}

function sessionsOf({ ipv4, ipv6 }: Plan): readonly string[] {
  return [...ipv4.sessions, ...ipv6.sessions]
    .map(({ protocolName, remoteAddress, remotePort, remoteAsn }) =>
      [protocolName, remoteAddress, remotePort ?? '', remoteAsn].join(' '),
    )
    .sort();
}

/** The records that come from other keys than `bad`. */
function recordsOf(cluster: Cluster, bad: ReadonlySet<string>): readonly unknown[] {
  const { peerings, pools, blocks, bgpFilters, reflectors } = cluster;
  return [peerings, pools, blocks, bgpFilters, reflectors].map((records) =>
    [...records].filter(({ origin }) => !bad.has(origin)),
  );
}

async function refusalsOf(kind: BirdKind, files: Files) {
  const birds = checkersOf(birdOf(kind)).filter(({ daemon }) => files.has(`${daemon}.cfg`));
  const fileSet = fileSetOf(
    Array.from(files, ([name, text]) => ({ name, text })),
    birds.map(({ daemon }) => ({ daemon, name: `${daemon}.cfg`, isOptional: false })),
  );
  return checkFileSet(fileSet, birds, { clock: systemClock, logger: silentLogger });
}
