/**
 * Route reflectors in Calico 3, as Calico's manual sets them up ("Configure BGP peering"): a Node with a cluster id and a label,
 * and one BGPPeer by which all nodes peer with those that have the label.
 *
 * A host that is a node already becomes a reflector. For another one a Node is made that has nothing but its address; it goes
 * with the reflector.
 */

import { type Births, resourceKey } from '../../decode/encode-resource.js';
import type { Address } from '../../values/address.js';
import { changesOf, type WantedReflector, type Write } from '../key-language.js';
import type { StoreView } from '../store-view.js';
import { nodesAt } from '../ways.js';
import { documentAt } from './documents.js';
import { reflectorName } from './names.js';
import {
  hasRole,
  isReflectorAlone,
  type NodeWish,
  putNode,
  withoutRole,
} from './reflector-node.js';
import { isReached, putPeering, removePeering } from './reflector-peering.js';

/** What makes the reflector, with no more than is missing. */
export function putReflector(view: StoreView, wanted: WantedReflector, births: Births): Write {
  const { address, clusterId } = wanted;
  const [standing] = nodesAt(view.cluster, address);
  const name = wanted.nodeName ?? standing?.name ?? reflectorName(address);
  if (standing !== undefined && standing.name !== name) {
    return { kind: 'refused', reason: `${address} is the address of node ${standing.name}` };
  }
  if (clusterId === undefined) {
    const reason = `a Node needs a cluster id to be a route reflector: give one with --cluster-id`;
    return { kind: 'refused', reason };
  }
  const key = resourceKey('nodes', name);
  const document = documentAt(view, key);
  if (!document.ok) {
    return { kind: 'refused', reason: document.reason };
  }
  const labels = view.cluster.nodes.find((node) => node.name === name)?.labels;
  const reflector = { name, ...(labels && { labels }) };
  const isLabeled = !isReached(view, reflector);
  const wish: NodeWish = { name, key, address, clusterId, isLabeled };
  const node = putNode(document.value, wish, births);
  if (node.kind === 'refused') {
    return node;
  }
  const peering = isLabeled ? putPeering(view, reflector, births) : NOTHING;
  return peering.kind === 'refused' ? peering : joined(node, peering);
}

const NOTHING: Write = { kind: 'nothing' };

function joined(...writes: readonly [first: Write, second: Write]): Write {
  const [first, second] = writes;
  if (first.kind !== 'changes' || second.kind !== 'changes') {
    return first.kind === 'changes' ? first : second;
  }
  return {
    ...first,
    changes: [...first.changes, ...second.changes],
    notes: [...first.notes, ...second.notes],
  };
}

/**
 * What ends the reflector: its Node where it was made for that alone, else its cluster id and label. A Node whose cluster id can't be
 * read is one too.
 */
export function removeReflector(view: StoreView, address: Address): Write {
  for (const { name } of nodesAt(view.cluster, address)) {
    const key = resourceKey('nodes', name);
    const document = documentAt(view, key);
    if (document.ok && document.value !== undefined && hasRole(document.value)) {
      return joined(withoutReflector({ name, key }, document.value), removePeering(view, name));
    }
  }
  return NOTHING;
}

function withoutReflector(
  { name, key }: { readonly name: string; readonly key: string },
  document: string,
): Write {
  return isReflectorAlone(document)
    ? changesOf([{ kind: 'delete', key }], { notes: [`Node ${name} removed`] })
    : changesOf([{ kind: 'put', key, value: withoutRole(document) }], {
        notes: [
          `Node ${name} changed: it is no route reflector any more, and stays, since "bgp rr add" did not make it`,
        ],
      });
}
