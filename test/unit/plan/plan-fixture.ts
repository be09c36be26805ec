import type { Entry } from '../../../src/datastore/datastore.js';
import type { Host } from '../../../src/plan/host.js';
import { Planner } from '../../../src/plan/make-plan.js';
import type { PlanResult } from '../../../src/plan/plan.js';
import { parseSpeakerAddress } from '../../../src/values/address.js';
import { storeOf } from '../../support/scenario.js';

/** Keys below Calico's BGP configuration, without that prefix, and their values. */
export type BgpKeys = Readonly<Record<string, string>>;

/** A node called node-a, that the settings say nothing more about. */
export const NODE: Host = {
  role: 'node',
  nodeName: 'node-a',
  acceptsCustomFilters: false,
  refusedStatements: new Map(),
};

/** A reflector with these addresses. */
export function reflectorAt(...addresses: readonly string[]): Host {
  const own: { ipv4?: NonNullable<Host['ipv4']>; ipv6?: NonNullable<Host['ipv6']> } = {};
  for (const text of addresses) {
    const address = parseSpeakerAddress(text);
    if (!address.ok) {
      throw new Error(address.reason);
    }
    own[text.includes(':') ? 'ipv6' : 'ipv4'] = address.value;
  }
  return { ...NODE, role: 'reflector', nodeName: 'rr-1', ...own };
}

/** What is planned for `host` where these keys stand. */
export function planOf(keys: BgpKeys, host: Host = NODE): PlanResult {
  return new Planner().plan(storeOf(entriesOf(keys)).cluster(), host);
}

/** What one planner plans for `host` after `change`, having planned before it. */
export function planAfter(keys: BgpKeys, change: BgpKeys, host: Host = NODE): PlanResult {
  const planner = new Planner();
  const store = storeOf(entriesOf(keys));
  planner.plan(store.cluster(), host);
  store.update(entriesOf(change).map((entry) => ({ kind: 'put', ...entry })));
  return planner.plan(store.cluster(), host);
}

function entriesOf(keys: BgpKeys): readonly Entry[] {
  return Object.entries(keys).map(([key, value]) => ({ key: `/calico/bgp/v1/${key}`, value }));
}

/** The IPv4 sessions as `NAME AS`, with `*` after clients of a reflector. */
export function sessionsOf({ plan }: PlanResult, family: 'ipv4' | 'ipv6' = 'ipv4'): string[] {
  return plan[family].sessions.map(
    ({ protocolName, remoteAsn, isReflectorClient }) =>
      `${protocolName} ${remoteAsn}${isReflectorClient ? '*' : ''}`,
  );
}
