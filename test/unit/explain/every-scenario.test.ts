/** What is explained agrees with what is planned and printed, in every scenario. */
import { expect, test } from 'vitest';
import { explain } from '../../../src/explain/explain.js';
import type { Explained } from '../../../src/explain/explanation.js';
import { makePlan } from '../../../src/plan/make-plan.js';
import { keyOfLine } from '../../../src/render/key-of-line.js';
import { FAMILIES } from '../../../src/values/family.js';
import { findScenarios, Renderer, type Scenario, storeFor } from '../../support/scenario.js';

const scenarios = (await findScenarios()).map((scenario) => ({
  ...scenario,
  ...explainedOf(scenario),
}));

function explainedOf(scenario: Scenario): { readonly explained: Explained } {
  const { host } = scenario;
  const store = storeFor(scenario);
  const cluster = store.cluster();
  const { plan, problems } = makePlan(cluster, host);
  return { explained: { plan, cluster, host, problems: [...store.problems(), ...problems] } };
}

test.each(scenarios)('$name: each session has a rule that makes it', ({ explained }) => {
  const sessions = FAMILIES.flatMap((family) => explained.plan[family].sessions);

  for (const { protocolName, origin } of sessions) {
    const told = explain(explained, [], protocolName).sessions;
    const [session] = told.filter(({ name }) => name === protocolName);
    expect(session?.reasons.map(({ key }) => key)).toContain(origin);
    expect(session?.reasons[0]?.text).not.toBe('asked for');
  }
});

test.each(scenarios)('$name: each node has a session or a reason for none', ({ explained }) => {
  const { nodes } = explained.cluster;
  const others = nodes.filter(({ name }) => name !== explained.host.nodeName);

  const silent = others.filter(({ name }) => {
    const { sessions, noSession } = explain(explained, [], name);
    return sessions.length + noSession.length === 0;
  });

  expect(silent.map(({ name }) => name)).toEqual([]);
});

const isOfRecord = /\bnet = |\bnet ~ |^ *route |^ *neighbor |^protocol bgp /;
/** What no record asks for by itself: ends of filters, settings, and ranges of services, which are a list of one record. */
const isOfNone =
  /^ {2}(accept|reject);|^(router|include|template|filter) |^ {2}\w+\(\w*\);|# services: /;

test.each(['bird1', 'bird2', 'calico'] as const)(
  '%s: a line is of a key where it is printed for a record, and no other is',
  async (dialect) => {
    const renderer = await Renderer.create(dialect);
    const lines = scenarios.flatMap((scenario) =>
      [...renderer.render(storeFor(scenario), scenario.host).files].flatMap(([, text]) =>
        text.split('\n').map((content, index) => ({ content, key: keyOfLine(text, index + 1) })),
      ),
    );
    const [keyed, others] = [true, false].map((isKeyed) =>
      lines.filter(({ key }) => (key !== undefined) === isKeyed).map(({ content }) => content),
    );

    expect(others?.filter((one) => isOfRecord.test(one) && !isOfNone.test(one))).toEqual([]);
    expect(keyed?.filter((one) => isOfNone.test(one))).toEqual([]);
  },
);
