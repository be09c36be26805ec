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
import type { Entry } from '../../src/datastore/datastore.js';
import type { DecodedStore } from '../../src/decode/decoded-store.js';
import type { Cluster } from '../../src/model/cluster.js';
import { Planner } from '../../src/plan/make-plan.js';
import { fileSetOf } from '../../src/render/file-set.js';
import { differencesFromPlan } from '../support/bird-text.js';
import { type BirdKind, birdOf, birdsOf, checkersOf } from '../support/birds.js';
import { hostileCluster } from '../support/hostile.js';
import { HOSTS } from '../support/property-site.js';
import { Renderer, storeOf } from '../support/scenario.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
/** Of so many clusters one goes through the real BIRD. */
const ONE_OF = 15;
const KINDS = birdsOf('bird1', 'bird2', 'bird3-newest', 'calico');
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
        async ({ entries, files: beside, bad }, host, kind, lot) => {
          const isGood = ({ key }: Entry): boolean => !bad.has(key);
          const store = storeWith(entries, beside);
          const renderer = await Renderer.create(birdOf(kind).dialect, VERSIONS.get(kind));

          const { files } = renderer.render(store, host);

          const { plan } = new Planner().plan(store.cluster(), host);
          expect(differencesFromPlan(files, plan)).toEqual([]);
          const others = storeWith(entries.filter(isGood), beside.filter(isGood));
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

function storeWith(entries: readonly Entry[], files: readonly Entry[]): DecodedStore {
  const store = storeOf(entries);
  store.replaceFiles(new Map(files.map(({ key, value }) => [key, ok(value)])));
  return store;
}

/** The records that come from other keys than `bad`. */
function recordsOf(cluster: Cluster, bad: ReadonlySet<string>): readonly unknown[] {
  const { peerings, pools, blocks, bgpFilters, reflectors, services, workloads } = cluster;
  const all = [peerings, pools, blocks, bgpFilters, reflectors, services, workloads];
  return all.map((records) => [...records].filter(({ origin }) => !bad.has(origin)));
}

async function refusalsOf(kind: BirdKind, files: Files) {
  const birds = checkersOf(birdOf(kind)).filter(({ daemon }) => files.has(`${daemon}.cfg`));
  const fileSet = fileSetOf(
    Array.from(files, ([name, text]) => ({ name, text })),
    birds.map(({ daemon }) => ({ daemon, name: `${daemon}.cfg`, isOptional: false })),
  );
  return checkFileSet(fileSet, birds, { clock: systemClock, logger: silentLogger });
}
