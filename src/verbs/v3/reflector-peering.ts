/** The one BGPPeer by which all nodes peer with the route reflectors. */

import {
  type Births,
  fieldOf,
  newResourceEntry,
  resourceKey,
} from '../../decode/encode-resource.js';
import { changesOf, type Write } from '../key-language.js';
import type { StoreView } from '../store-view.js';
import { type LabeledNode, peersWithNode } from '../ways.js';
import { hasOnly, valueAt } from './documents.js';
import { LABEL, LABEL_VALUE } from './reflector-node.js';

const PEERING = {
  plural: 'bgppeers',
  name: 'peer-with-route-reflectors',
  spec: { nodeSelector: 'all()', peerSelector: `${LABEL} == '${LABEL_VALUE}'` },
} as const;
const PEERING_KEY = resourceKey(PEERING.plural, PEERING.name);

/** Whether all other nodes, or any that may come where there are none, peer with the node by a BGPPeer that stands. */
export function isReached({ cluster }: StoreView, reflector: LabeledNode): boolean {
  const others = cluster.nodes.filter(({ name }) => name !== reflector.name);
  const meant: readonly LabeledNode[] = others.length === 0 ? [{ name: '' }] : others;
  return meant.every((node) => peersWithNode(cluster, node, reflector));
}

/** What lets all nodes peer with `reflector`, which has no way of its own to them, by our label. */
export function putPeering(view: StoreView, reflector: LabeledNode, births: Births): Write {
  const { name, labels } = reflector;
  if (isReached(view, { name, labels: { ...labels, [LABEL]: LABEL_VALUE } })) {
    return { kind: 'nothing' };
  }
  if (valueAt(view, PEERING_KEY) !== undefined) {
    const reason = `${PEERING_KEY} is there already, and does not let all nodes peer with ${name} by the label ${LABEL}=${LABEL_VALUE}: mend or remove it first`;
    return { kind: 'refused', reason };
  }
  const { nodeSelector, peerSelector } = PEERING.spec;
  const notes = [
    `BGPPeer ${PEERING.name} made: nodes "${nodeSelector}" peer with nodes "${peerSelector}"`,
  ];
  return changesOf([{ kind: 'put', ...newResourceEntry(PEERING, births()) }], {
    isNew: true,
    notes,
  });
}

/** What removes the BGPPeer once no other node than the one called `name` has our label, if it says no more than we write. */
export function removePeering(view: StoreView, name: string): Write {
  const isLast = view.cluster.nodes.every(
    (node) => node.name === name || node.labels?.[LABEL] !== LABEL_VALUE,
  );
  const peering = valueAt(view, PEERING_KEY);
  return isLast && peering !== undefined && isOurPeering(peering)
    ? changesOf([{ kind: 'delete', key: PEERING_KEY }], {
        notes: [`BGPPeer ${PEERING.name} removed: it was the last reflector`],
      })
    : { kind: 'nothing' };
}

function isOurPeering(document: string): boolean {
  const spec = fieldOf(document, ['spec']);
  const { nodeSelector, peerSelector } = PEERING.spec;
  return (
    hasOnly(spec, ['nodeSelector', 'peerSelector']) &&
    fieldOf(document, ['spec', 'nodeSelector']) === nodeSelector &&
    fieldOf(document, ['spec', 'peerSelector']) === peerSelector
  );
}
