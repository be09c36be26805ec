/** Resources of Calico 3, as etcd holds them. */

/** What is said of a resource beside its spec. */
interface ResourceOptions {
  readonly labels?: Readonly<Record<string, string>>;
}

/** The folder of each kind below which keys stand. */
const PLURALS = {
  BGPConfiguration: 'bgpconfigurations',
  BGPFilter: 'bgpfilters',
  BGPPeer: 'bgppeers',
  IPPool: 'ippools',
  Node: 'nodes',
} as const;

/** Keys and values. */
export type Entries = Readonly<Record<string, string>>;

/** The key of a resource. */
function resourceKey(kind: keyof typeof PLURALS, name: string): string {
  return `/calico/resources/v3/projectcalico.org/${PLURALS[kind]}/${name}`;
}

/** A resource as its key and its document. */
export function resource(
  kind: keyof typeof PLURALS,
  name: string,
  spec: Readonly<Record<string, unknown>>,
  { labels }: ResourceOptions = {},
): Entries {
  const metadata = { name, ...(labels && { labels }) };
  const document = { kind, apiVersion: 'projectcalico.org/v3', metadata, spec };
  return { [resourceKey(kind, name)]: JSON.stringify(document) };
}

/** The block that a node has the affinity of. */
export function block(nodeName: string, prefix: string): Entries {
  const family = prefix.includes(':') ? 'ipv6' : 'ipv4';
  const key = `/calico/ipam/v2/host/${nodeName}/${family}/block/${prefix.replace('/', '-')}`;
  return { [key]: '{"state":"confirmed","deleted":false}' };
}
