/**
 * Route reflectors in Calico 3, as Calico's manual sets them up ("Configure BGP peering"): a Node with a cluster id and a label,
 * and one BGPPeer by which all nodes peer with those that have the label.
 *
 * A host that is a node already becomes a reflector. For another one a Node is made that has nothing but its address; it goes
 * with the reflector.
 */

import type { Change } from '../../datastore/datastore.js';
import {
  type Births,
  fieldOf,
  newResourceEntry,
  resourceKey,
  withField,
} from '../../decode/encode-resource.js';
import { type Address, familyOf } from '../../values/address.js';
import { prefixOf } from '../../values/prefix.js';
import type { RouterId } from '../../values/router-id.js';
import type { Labels } from '../../values/selector.js';
import { changesOf, type WantedReflector, type Write } from '../key-language.js';
import type { StoreView } from '../store-view.js';
import { type LabeledNode, nodesAt, peersWithNode } from '../ways.js';
import { documentAt, valueAt } from './documents.js';
import { reflectorName } from './names.js';

const LABEL = 'route-reflector';
const LABEL_VALUE = 'true';
/** The one BGPPeer by which all nodes peer with the reflectors. */
const PEERING = {
  plural: 'bgppeers',
  name: 'peer-with-route-reflectors',
  spec: { nodeSelector: 'all()', peerSelector: `${LABEL} == '${LABEL_VALUE}'` },
} as const;
const PEERING_KEY = resourceKey(PEERING.plural, PEERING.name);

/** A reflector with all that its Node is to say. */
interface NodeWish {
  readonly name: string;
  readonly key: string;
  readonly address: Address;
  readonly clusterId: RouterId;
  /** Whether it needs our label for the nodes to peer with it. */
  readonly isLabeled: boolean;
}

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
  const isLabeled = !isReached(view, { name, ...(labels && { labels }) });
  const wish: NodeWish = { name, key, address, clusterId, isLabeled };
  const node = putNode(document.value, wish, births);
  if (node.kind === 'refused') {
    return node;
  }
  const peering = isLabeled ? putPeering(view, wish, labels, births) : NOTHING;
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

/** Whether all other nodes, or any that may come where there are none, peer with the node by a BGPPeer that stands. */
function isReached({ cluster }: StoreView, reflector: LabeledNode): boolean {
  const others = cluster.nodes.filter(({ name }) => name !== reflector.name);
  const meant: readonly LabeledNode[] = others.length === 0 ? [{ name: '' }] : others;
  return meant.every((node) => peersWithNode(cluster, node, reflector));
}

function putNode(document: string | undefined, wish: NodeWish, births: Births): Write {
  const { name, key, address, clusterId, isLabeled } = wish;
  const field = `${familyOf(address)}Address`;
  const labels = { [LABEL]: LABEL_VALUE };
  const said = `cluster id ${clusterId}${isLabeled ? `, label ${LABEL}=${LABEL_VALUE}` : ''}`;
  if (document === undefined) {
    const bgp = { [field]: prefixOf(address), routeReflectorClusterID: clusterId };
    const resource = {
      plural: 'nodes',
      name,
      ...(isLabeled && { labels }),
      spec: { bgp },
    } as const;
    const entry = newResourceEntry(resource, births());
    return changesOf([{ kind: 'put', ...entry }], {
      isNew: true,
      notes: [`Node ${name} made: ${said}`],
    });
  }
  const other = hostIn(fieldOf(document, ['spec', 'bgp', field]));
  if (other !== undefined && other !== address) {
    return { kind: 'refused', reason: `node ${name} has the address ${other}, and not ${address}` };
  }
  const isReflector = fieldOf(document, CLUSTER_ID) !== undefined;
  const value = [
    ...(other === undefined ? [[['spec', 'bgp', field], prefixOf(address)] as const] : []),
    [CLUSTER_ID, clusterId] as const,
    ...(isLabeled ? [[[...LABELS, LABEL], LABEL_VALUE] as const] : []),
  ].reduce((text, [path, wanted]) => withFieldOnce(text, path, wanted), document);
  if (value === document) {
    return NOTHING;
  }
  const notes = [`Node ${name} changed: ${said}`];
  return changesOf([{ kind: 'put', key, value }], { isNew: !isReflector, notes });
}

const LABELS = ['metadata', 'labels'];
const CLUSTER_ID = ['spec', 'bgp', 'routeReflectorClusterID'];

function withFieldOnce(document: string, path: readonly string[], value: string): string {
  return fieldOf(document, path) === value ? document : withField(document, path, value);
}

/** The address of `ADDRESS/LENGTH`. */
function hostIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.split('/')[0] : undefined;
}

function putPeering(
  view: StoreView,
  { name, isLabeled }: NodeWish,
  labels: Labels | undefined,
  births: Births,
): Write {
  const reflector = { name, labels: { ...labels, ...(isLabeled && { [LABEL]: LABEL_VALUE }) } };
  if (isReached(view, reflector)) {
    return NOTHING;
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

/** What ends the reflector: its Node where it was made for that alone, else its cluster id and label. */
export function removeReflector(view: StoreView, address: Address): Write {
  const node = nodesAt(view.cluster, address).find(({ clusterId }) => clusterId !== undefined);
  const key = node && resourceKey('nodes', node.name);
  const document = key === undefined ? undefined : documentAt(view, key);
  if (node === undefined || key === undefined || document?.ok !== true || !document.value) {
    return NOTHING;
  }
  const change: Change = isReflectorAlone(document.value)
    ? { kind: 'delete', key }
    : { kind: 'put', key, value: withoutRole(document.value) };
  const isLast = view.cluster.nodes.every(
    ({ name, labels }) => name === node.name || labels?.[LABEL] !== LABEL_VALUE,
  );
  const peering = valueAt(view, PEERING_KEY);
  const isPeeringGone = isLast && peering !== undefined && isOurPeering(peering);
  return changesOf(
    [change, ...(isPeeringGone ? [{ kind: 'delete', key: PEERING_KEY } as const] : [])],
    {
      notes: [
        change.kind === 'delete'
          ? `Node ${node.name} removed`
          : `Node ${node.name} changed: it is no route reflector any more`,
        ...(isPeeringGone ? [`BGPPeer ${PEERING.name} removed: it was the last reflector`] : []),
      ],
    },
  );
}

function withoutRole(document: string): string {
  const text = withField(document, CLUSTER_ID, undefined);
  if (fieldOf(text, [...LABELS, LABEL]) !== LABEL_VALUE) {
    return text;
  }
  const isOnlyLabel = hasOnly(fieldOf(text, LABELS), [LABEL]);
  return withField(text, isOnlyLabel ? LABELS : [...LABELS, LABEL], undefined);
}

/** Whether the Node says nothing but what `putReflector` writes of a host that is no node otherwise. */
function isReflectorAlone(document: string): boolean {
  const bgp = fieldOf(document, ['spec', 'bgp']);
  const addresses = [
    fieldOf(document, ['spec', 'bgp', 'ipv4Address']),
    fieldOf(document, ['spec', 'bgp', 'ipv6Address']),
  ];
  return (
    hasOnly(fieldOf(document, []), ['kind', 'apiVersion', 'metadata', 'spec', 'status']) &&
    hasOnly(fieldOf(document, ['metadata']), ['name', 'uid', 'creationTimestamp', 'labels']) &&
    hasOnly(fieldOf(document, ['metadata', 'labels']) ?? {}, [LABEL]) &&
    hasOnly(fieldOf(document, ['spec']), ['bgp']) &&
    hasOnly(bgp, ['ipv4Address', 'ipv6Address', 'routeReflectorClusterID', 'asNumber']) &&
    hasOnly(fieldOf(document, ['status']) ?? {}, []) &&
    addresses.every((one) => one === undefined || /\/(32|128)$/.test(String(one)))
  );
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

function hasOnly(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).every((name) => names.includes(name))
  );
}
