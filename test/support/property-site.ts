/** What properties of a whole host start from: both roles, all dialects, and a datastore in which sessions are. */
import type { Change } from '../../src/datastore/datastore.js';
import type { Host } from '../../src/plan/host.js';
import type { DialectName } from '../../src/render/dialects/index.js';
import { parseSpeakerAddress } from '../../src/values/address.js';

const ADDRESS = parseSpeakerAddress('192.0.2.1', 'ipv4');
const ADDRESS6 = parseSpeakerAddress('2001:db8::1', 'ipv6');

/** The same machine as a node and as a reflector. */
export const HOSTS: readonly Host[] = (['node', 'reflector'] as const).map((role) => ({
  role,
  nodeName: 'node-a',
  ...(ADDRESS.ok && role === 'reflector' && { ipv4: ADDRESS.value }),
  ...(ADDRESS6.ok && role === 'reflector' && { ipv6: ADDRESS6.value }),
  acceptsCustomFilters: true,
  refusedStatements: new Map(),
}));

/** All of them. */
export const DIALECTS: readonly DialectName[] = ['bird1', 'bird2', 'bird3', 'calico'];

/** Where every sequence starts: a change shows only where there are sessions that it is about. */
export const BASE: readonly Change[] = ['a', 'b', 'c', 'd'].flatMap((letter, index) => [
  put(`host/node-${letter}/ip_addr_v4`, `192.0.2.${index + 1}`),
  put(`host/node-${letter}/ip_addr_v6`, `2001:db8::${index + 1}`),
  put(`global/peer_v4/192.0.2.${index + 1}`, `{"ip":"192.0.2.${index + 1}","as_num":"64512"}`),
  put(`rr_v4/192.0.2.${index + 1}`, '{"cluster_id":"1.0.0.1"}'),
]);

/** A change of one key below `/calico/bgp/v1/`. */
export function put(key: string, value: string): Change {
  return { kind: 'put', key: `/calico/bgp/v1/${key}`, value };
}
