import { explain } from '../../../src/explain/explain.js';
import type { Explained, Explanation } from '../../../src/explain/explanation.js';
import { explanationText } from '../../../src/explain/explanation-text.js';
import type { Host } from '../../../src/plan/host.js';
import { makePlan } from '../../../src/plan/make-plan.js';
import { storeOf } from '../../support/scenario.js';
import { NODE } from '../plan/plan-fixture.js';

/** Keys below `/calico/`, without that, and their values; an object stands for its JSON. */
export type Keys = Readonly<Record<string, string | object>>;

/** Below it are the resources of Calico 3. */
export const V3 = 'resources/v3/projectcalico.org';

/** What is planned for `host` where these keys stand, with files of secrets beside them. */
export function explainedOf(
  keys: Keys,
  host: Host = NODE,
  secrets: Readonly<Record<string, string>> = {},
): Explained {
  const store = storeOf(
    Object.entries(keys).map(([key, value]) => ({
      key: `/calico/${key}`,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    })),
  );
  store.replaceFiles(
    new Map(Object.entries(secrets).map(([key, value]) => [key, { ok: true, value }])),
  );
  const cluster = store.cluster();
  const { plan, problems } = makePlan(cluster, host);
  return { plan, cluster, host, problems: [...store.problems(), ...problems] };
}

/** The answer to `question`. */
export function answerOf(keys: Keys, question: string, host: Host = NODE): Explanation {
  return explain(explainedOf(keys, host), [], question);
}

/** The answer as an operator reads it. */
export function textOf(keys: Keys, question: string, host: Host = NODE): string {
  return explanationText(answerOf(keys, question, host)).join('\n');
}

/** A resource of Calico 3 as its key and its value. */
export function resource(
  plural: 'bgpconfigurations' | 'bgpfilters' | 'bgppeers' | 'ippools' | 'nodes',
  name: string,
  spec: object,
  labels: Readonly<Record<string, string>> = {},
): Keys {
  return { [`${V3}/${plural}/${name}`]: { metadata: { name, labels }, spec } };
}
