import type { DecodedStore } from '../../decode/decoded-store.js';
import type { Consent } from '../../model/consent.js';
import type { Host } from '../../plan/host.js';
import { makePlan } from '../../plan/make-plan.js';
import type { Plan } from '../../plan/plan.js';
import { type Footing, footingOf } from './hold-rules.js';

/** What of a state is judged: what it asks for, and what it would without some changes. */
export interface JudgedState {
  readonly footing: Footing;
  readonly consents: readonly Consent[];
  /** The value of a key. */
  readonly valueAt: (key: string) => string | undefined;
  /** What the state would have with other values for some keys. */
  readonly footingWith: (values: ReadonlyMap<string, string | undefined>) => Footing;
}

/** The state of `store`, from which `plan` was made for `host`. It is to be judged before the store moves on. */
export function judgedStateOf(store: DecodedStore, host: Host, plan: Plan): JudgedState {
  const cluster = store.cluster();
  return {
    footing: footingOf(cluster, host, plan),
    consents: cluster.consents,
    valueAt: (key) => store.valueAt(key),
    footingWith(values) {
      const other = store.clusterWith(values);
      return footingOf(other, host, makePlan(other, host).plan);
    },
  };
}
