/**
 * A plan means the same in each dialect: what is told to whom, what is taken in, what reaches the kernel. The rendered files of each
 * scenario run on real BIRDs, between the other ends of all their sessions, with the same routes fed in.
 */
import { expect, test } from 'vitest';
import { readProgramVersion } from '../../src/apply/bird-version.js';
import { systemClock } from '../../src/base/clock.js';
import { Planner } from '../../src/plan/make-plan.js';
import type { Plan } from '../../src/plan/plan.js';
import { type BirdKind, birdOf, birdsOf, LINE_ENDS } from '../support/birds.js';
import { type Meaning, MeaningLab } from '../support/meaning-lab.js';
import { Renderer, readScenario, type Scenario, storeFor } from '../support/scenario.js';
import { LONG_DEADLINE_MS, waitFor } from '../support/wait-for.js';

/** The BIRD that the others are compared with: it can do everything. */
const REFERENCE = 'bird2';
/** Those in which rules of every kind decide. On `EACH_LINE_END` where a version may matter, else on one BIRD of each dialect. */
const SCENARIOS = [
  ...['announced', 'filters', 'interfaces', 'node-reflector', 'peer-terms', 'pools'],
  ...['reflector-role', 'services', 'settings', 'wireguard', 'workloads'],
];
const EACH_LINE_END = new Set(['filters', 'pools']);
const ONE_OF_EACH = birdsOf('bird1', 'bird2', 'bird3-newest', 'calico');

test.concurrent.each(SCENARIOS)('%s means the same on each BIRD', async (name) => {
  const scenario = await readScenario(`v3/${name}`);
  const kinds = EACH_LINE_END.has(name) ? LINE_ENDS : ONE_OF_EACH;
  const labs = await Promise.allSettled(kinds.map((kind) => open(kind, scenario)));
  try {
    const running = labs.map((lab) =>
      lab.status === 'fulfilled' ? lab.value : expect.fail(`${lab.reason}`),
    );
    let differences: readonly string[] = ['nothing was seen'];
    const isSame = async (): Promise<boolean> => {
      differences = await differencesAmong(running);
      return differences.length === 0;
    };
    // BIRDs take their time to think, and may tell a route twice: what counts is where all of them end.
    const wait = { what: 'the same meaning', everyMs: 100, timeoutMs: LONG_DEADLINE_MS };
    await waitFor(isSame, wait).catch((error: unknown) => {
      throw new Error(differences.slice(0, 60).join('\n'), { cause: error });
    });
  } finally {
    await Promise.all(labs.map((lab) => lab.status === 'fulfilled' && lab.value.lab.dispose()));
  }
});

interface Running {
  readonly kind: BirdKind;
  readonly plan: Plan;
  readonly lab: MeaningLab;
}

async function open(kind: BirdKind, scenario: Scenario): Promise<Running> {
  const bird = birdOf(kind);
  const version = await readProgramVersion(bird.bird, systemClock);
  const renderer = await Renderer.create(bird.dialect, version);
  const store = storeFor(scenario);
  const { host } = scenario;
  const { plan } = new Planner().plan(store.cluster(), host);
  const { files } = renderer.render(store, host);
  return { kind, plan, lab: await MeaningLab.create(kind, { plan, files }) };
}

/** What is otherwise than on the reference, or still on its way. */
async function differencesAmong(running: readonly Running[]): Promise<readonly string[]> {
  const seen = await Promise.all(
    running.map(async ({ kind, plan, lab }) => ({
      ...{ kind, plan, meaning: await lab.look() },
      missing: lab.missing,
    })),
  );
  const reference = seen.find(({ kind }) => kind === REFERENCE)?.meaning ?? [];
  return seen.flatMap(({ kind, plan, meaning, missing }) => {
    const found = meaning?.map((line) => ownAsnFirst(line, plan)) ?? [];
    const wanted = expectedOn(kind, reference).map((line) => ownAsnFirst(line, plan));
    return [
      ...missing.map((line) => `${kind} lacks ${line}`),
      ...found.filter((line) => !wanted.includes(line)).map((line) => `${kind} + ${line}`),
      ...wanted
        .filter((line) => !found.includes(line) && !mayLack(kind, plan))
        .map((line) => `${kind} - ${line}`),
    ];
  });
}

/** An exception: a BIRD that knows no IPIP keeps routes that need it out of the kernel (docs/birds.md). */
function expectedOn(kind: BirdKind, reference: Meaning): Meaning {
  return birdOf(kind).canTunnel
    ? reference
    : reference.filter((line) => !/^kernel .* dev tunl0 onlink/.test(line));
}

/** An exception: BIRD 3 takes in less where a filter goes by the interface of what is learnt, and never more (docs/birds.md). */
function mayLack(kind: BirdKind, { ipv4, ipv6 }: Plan): boolean {
  return (
    birdOf(kind).dialect === 'bird3' &&
    [ipv4, ipv6].some(({ extras }) =>
      extras.filters.some(({ importRules }) =>
        importRules.some((rule) => rule.interface !== undefined),
      ),
    )
  );
}

/** An exception: what a filter puts in front of a path is in front of our own AS number on BIRD 1, and behind it on others (docs/birds.md). */
function ownAsnFirst(line: string, { ipv4, ipv6 }: Plan): string {
  const own = [ipv4, ipv6].flatMap(({ localAsn, sessions }) => [
    localAsn,
    ...sessions.map((session) => session.localAsn),
  ]);
  return line.replace(/path=([\d ]+)/, (_, path: string) => {
    const asns = path.trim().split(' ');
    const place = asns.findIndex((asn) => own.includes(Number(asn)));
    const [first = ''] = place < 0 ? asns : asns.splice(place, 1);
    return `path=${[...(place < 0 ? [] : [first]), ...asns].join(' ')}`;
  });
}
