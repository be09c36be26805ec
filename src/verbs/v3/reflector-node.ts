/** The Node of a route reflector, and the label by which others select it. */

import { type Births, fieldOf, newResourceEntry, withField } from '../../decode/encode-resource.js';
import { type Address, familyOf } from '../../values/address.js';
import { prefixOf } from '../../values/prefix.js';
import type { RouterId } from '../../values/router-id.js';
import { changesOf, type Write } from '../key-language.js';
import { hasOnly } from './documents.js';

/** The label that reflectors have, as in Calico's manual. */
export const LABEL = 'route-reflector';
/** Its value. */
export const LABEL_VALUE = 'true';
/** The annotation of a Node that is there for a reflector alone, and its value. */
const MADE_BY = 'birdkeeper/made-by';
const MADE_BY_VALUE = 'bgp rr add';

/** A reflector with all that its Node is to say. */
export interface NodeWish {
  readonly name: string;
  readonly key: string;
  readonly address: Address;
  readonly clusterId: RouterId;
  /** Whether it needs our label for the nodes to peer with it. */
  readonly isLabeled: boolean;
}

const LABELS = ['metadata', 'labels'];
const CLUSTER_ID = ['spec', 'bgp', 'routeReflectorClusterID'];

/** What makes a Node of `document`, or a new one, that is as wished. */
export function putNode(document: string | undefined, wish: NodeWish, births: Births): Write {
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
      annotations: { [MADE_BY]: MADE_BY_VALUE },
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
  const value = [
    ...(other === undefined ? [[['spec', 'bgp', field], prefixOf(address)] as const] : []),
    [CLUSTER_ID, clusterId] as const,
    ...(isLabeled ? [[[...LABELS, LABEL], LABEL_VALUE] as const] : []),
  ].reduce((text, [path, wanted]) => withFieldOnce(text, path, wanted), document);
  if (value === document) {
    return { kind: 'nothing' };
  }
  const notes = [`Node ${name} changed: ${said}`];
  return changesOf([{ kind: 'put', key, value }], { isNew: !hasRole(document), notes });
}

function withFieldOnce(document: string, path: readonly string[], value: string): string {
  return fieldOf(document, path) === value ? document : withField(document, path, value);
}

/** The address of `ADDRESS/LENGTH`. */
function hostIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.split('/')[0] : undefined;
}

/** Whether the Node says that it reflects for others, be it in a text that can't be read. */
export function hasRole(document: string): boolean {
  return ![undefined, null, ''].some((none) => none === fieldOf(document, CLUSTER_ID));
}

/** The Node without its role and our label. */
export function withoutRole(document: string): string {
  const text = withField(document, CLUSTER_ID, undefined);
  if (fieldOf(text, [...LABELS, LABEL]) !== LABEL_VALUE) {
    return text;
  }
  const isOnlyLabel = hasOnly(fieldOf(text, LABELS), [LABEL]);
  return withField(text, isOnlyLabel ? LABELS : [...LABELS, LABEL], undefined);
}

const METADATA = ['name', 'uid', 'creationTimestamp', 'labels', 'annotations'];

/** Whether `putNode` made the Node, and it says nothing but what that writes: a real host may have one that says as little. */
export function isReflectorAlone(document: string): boolean {
  const bgp = fieldOf(document, ['spec', 'bgp']);
  const addresses = [
    fieldOf(document, ['spec', 'bgp', 'ipv4Address']),
    fieldOf(document, ['spec', 'bgp', 'ipv6Address']),
  ];
  return (
    fieldOf(document, ['metadata', 'annotations', MADE_BY]) === MADE_BY_VALUE &&
    hasOnly(fieldOf(document, []), ['kind', 'apiVersion', 'metadata', 'spec', 'status']) &&
    hasOnly(fieldOf(document, ['metadata']), METADATA) &&
    hasOnly(fieldOf(document, ['metadata', 'annotations']), [MADE_BY]) &&
    hasOnly(fieldOf(document, ['metadata', 'labels']) ?? {}, [LABEL]) &&
    hasOnly(fieldOf(document, ['spec']), ['bgp']) &&
    hasOnly(bgp, ['ipv4Address', 'ipv6Address', 'routeReflectorClusterID', 'asNumber']) &&
    hasOnly(fieldOf(document, ['status']) ?? {}, []) &&
    addresses.every((one) => one === undefined || /\/(32|128)$/.test(String(one)))
  );
}
