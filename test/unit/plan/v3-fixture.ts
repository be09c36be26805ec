import type { Cluster } from '../../../src/model/cluster.js';
import { ClusterStore } from '../../../src/model/cluster-store.js';
import type { Fact } from '../../../src/model/fact.js';
import { type Address, parseAddress } from '../../../src/values/address.js';
import type { Family } from '../../../src/values/family.js';
import { type Prefix, parsePrefix } from '../../../src/values/prefix.js';

/** A cluster by the rules of Calico 3 in which these facts stand, each from a key of its own. */
export function v3ClusterOf(facts: readonly Fact[]): Cluster {
  const store = new ClusterStore();
  facts.forEach((fact, index) => {
    store.set(`/calico/resources/v3/projectcalico.org/x/${String(index).padStart(3, '0')}`, [fact]);
  });
  return store.cluster();
}

/** `text` as an address. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) {
    throw new Error(parsed.reason);
  }
  return parsed.value;
}

/** `text` as a prefix. */
export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text, familyOfText(text));
  if (!parsed.ok) {
    throw new Error(parsed.reason);
  }
  return parsed.value;
}

/** The family that `text` is written in. */
export function familyOfText(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4';
}
