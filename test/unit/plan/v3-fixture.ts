import type { Change } from '../../../src/datastore/datastore.js';
import { DecodedStore } from '../../../src/decode/decoded-store.js';
import type { Cluster } from '../../../src/model/cluster.js';
import { ClusterStore } from '../../../src/model/cluster-store.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Host } from '../../../src/plan/host.js';
import { makePlan } from '../../../src/plan/make-plan.js';
import { type Address, parseAddress } from '../../../src/values/address.js';
import type { Family } from '../../../src/values/family.js';
import { type Prefix, parsePrefix } from '../../../src/values/prefix.js';
import { parseRouterId, type RouterId } from '../../../src/values/router-id.js';
import { parseSelector, type Selector } from '../../../src/values/selector.js';
import { NODE } from './plan-fixture.js';

/** Below it Calico 3 keeps its resources. */
export const V3 = '/calico/resources/v3/projectcalico.org';

/** A cluster by the rules of Calico 3 in which these facts stand, each from a key of its own. */
export function v3ClusterOf(facts: readonly Fact[]): Cluster {
  const store = new ClusterStore();
  facts.forEach((fact, index) => {
    store.set(`${V3}/x/${String(index).padStart(3, '0')}`, [fact], 'v3');
  });
  return store.cluster();
}

/** The `spec`s of resources by `PLURAL/NAME`; what begins with a slash is a v1 key of BGP with its value. */
export type Documents = Readonly<Record<string, object | string>>;

/** A store in which these resources and keys stand. */
export function storeOfDocuments(documents: Documents): DecodedStore {
  const store = new DecodedStore();
  const changes = Object.entries(documents).map(([path, spec]) => {
    const name = path.slice(path.indexOf('/') + 1);
    return path.startsWith('/')
      ? { kind: 'put', key: `/calico/bgp/v1${path}`, value: textOf(spec) }
      : { kind: 'put', key: `${V3}/${path}`, value: textOf({ metadata: { name }, spec }) };
  });
  store.update(changes as readonly Change[]);
  return store;
}

/** The plan for `host` where these stand, and its problems as `CODE KEY PATH` with short keys. */
export function planOfDocuments(documents: Documents, host: Host = NODE) {
  const { plan, problems } = makePlan(storeOfDocuments(documents).cluster(), host);
  return {
    plan,
    sessions: plan.ipv4.sessions.map(
      ({ protocolName, remoteAsn }) => `${protocolName} ${remoteAsn}`,
    ),
    problems: problems.map(({ code, key, path = '' }) =>
      `${code} ${key.replace(`${V3}/`, '').replace('/calico/bgp/v1', '')} ${path}`.trim(),
    ),
    reasons: problems.map(({ reason }) => reason),
  };
}

function textOf(value: object | string): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `text` as an address. */
export function address(text: string): Address {
  return taken(parseAddress(text));
}

/** `text` as a prefix. */
export function prefix(text: string): Prefix {
  return taken(parsePrefix(text, familyOfText(text)));
}

/** `text` as a selector. */
export function selector(text: string): Selector {
  return taken(parseSelector(text));
}

/** `text` as the id of a router or a cluster. */
export function routerId(text: string): RouterId {
  return taken(parseRouterId(text));
}

/** The family that `text` is written in. */
export function familyOfText(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4';
}

function taken<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!result.ok) {
    throw new Error('the fixture holds what is refused');
  }
  return result.value;
}
