/**
 * Sessions of a route reflector outside of the nodes (RFC 4456), as Calico's routereflector container has them.
 *
 * - With every other reflector, whatever its cluster: plain iBGP, so that each learns what the others' clients
 *   announce. Only when the datastore names this reflector (a standalone one has no such sessions).
 * - With every node, when a global peering names this reflector: as clients.
 * - With each node that has a peering of its own with this reflector: as clients.
 *
 * The AS number of a client session is the peering's, on both ends: a client is internal by definition, and BIRD
 * refuses a whole file with an external one ("Only internal neighbor can be RR client"). A node in another AS is a problem
 * (asn-mismatches.ts). Of a BGPPeer's other terms the password holds on this end too; a client whose password isn't known is none.
 *
 * @scenario reflector/global-clients
 * @scenario reflector/node-clients
 * @scenario reflector/two-clusters
 * @scenario reflector/standalone
 * @scenario reflector/ipv6
 * @scenario v3/reflector-role
 */

import { groupBy } from '../../base/group-by.js';
import type { Problem } from '../../base/problem.js';
import { type Cluster, isKnownSpeaker } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import { type AddressPeering, isOfKeys, isPeeringWith } from '../../model/peering.js';
import { secretId } from '../../model/secret-ref.js';
import { familyOf } from '../../values/address.js';
import type { Holder } from '../address-holders.js';
import { firstOfEach } from '../first-of-each.js';
import { withKnownPasswords } from './known-passwords.js';
import type { LocalEnd } from './mesh.js';
import { newestFirst } from './newest-first.js';
import { hasItsPassword } from './peering-terms.js';
import { askFor } from './session-of.js';
import type { AskedSession } from './terms.js';

/** A node that is a client of a reflector, and the peering that makes it one. */
export interface Client extends Holder {
  readonly peering: AddressPeering;
}

/** The sessions of the reflector `local`, in the order reflectors, then `clients`. */
export function* planReflector(
  cluster: Cluster,
  clients: readonly Client[],
  local: LocalEnd,
): Iterable<AskedSession> {
  const own = cluster.reflectors.find(({ address }) => address === local.address);
  if (own !== undefined) {
    // Their AS number is that of the cluster.
    yield* isKnownSpeaker({}, cluster) ? planOtherReflectors(cluster, local) : [];
  }
  for (const client of clients) {
    yield planClient(cluster, client, own);
  }
}

/**
 * The clients of the reflector `local`: by a peering of all nodes first, then by those of single nodes; by name each. Those by
 * BGPPeers come before those by old keys.
 */
export function clientsOf(
  cluster: Pick<Cluster, 'peerings' | 'secrets'>,
  holders: readonly Node[],
  local: LocalEnd,
): readonly Client[] {
  const forUs = cluster.peerings.filter((peering): peering is AddressPeering =>
    isPeeringWith(peering, local.address),
  );
  const ofAll = groupBy(
    forUs.filter(({ scope }) => scope.kind === 'all-nodes'),
    isOfKeys,
  );
  const ofOne = groupBy(forUs, ({ scope }) => (scope.kind === 'node' ? scope.nodeName : ''));
  const nodes = holders.flatMap((node) => {
    const at = node.addresses[local.family];
    return at === undefined || at.address === local.address ? [] : [{ node, at }];
  });
  const clients = [
    ...[...ofAll.values()].flatMap(([peering]) =>
      peering === undefined ? [] : nodes.map((holder) => ({ ...holder, peering })),
    ),
    ...nodes.flatMap((holder) =>
      (ofOne.get(holder.node.name) ?? []).map((peering) => ({ ...holder, peering })),
    ),
  ];
  return withKnownPasswords(newestFirst(clients), {
    neighborOf: ({ at }) => at.address,
    isKnown: ({ peering }) => hasItsPassword(cluster, peering),
  });
}

/** A problem for each further record of the reflector `local` that gives it another cluster than the first one does. */
export function contradictionsAbout({ reflectors }: Cluster, local: LocalEnd): readonly Problem[] {
  return firstOfEach(
    reflectors.filter(({ address }) => address === local.address),
    {
      what: 'the reflector',
      subjectOf: ({ address }) => address,
      saidBy: ({ clusterId }) =>
        clusterId === undefined ? 'its cluster is its router id' : `its cluster is ${clusterId}`,
    },
  ).problems;
}

/** The key that the session with `client` comes from. */
export function originOf({ at, peering }: Client): string {
  return peering.scope.kind === 'all-nodes' ? at.origin : peering.origin;
}

function planOtherReflectors(
  { reflectors, defaultAsn: { asn } }: Cluster,
  local: LocalEnd,
): readonly AskedSession[] {
  return reflectors
    .filter(({ address }) => familyOf(address) === local.family && address !== local.address)
    .map(({ address: remoteAddress, origin }) =>
      askFor({ source: 'Mesh', remoteAddress, origin }, { localAsn: asn, remoteAsn: asn }),
    );
}

function planClient(
  { secrets }: Cluster,
  client: Client,
  own: Cluster['reflectors'][number] | undefined,
): AskedSession {
  const {
    scope,
    remote: { asn },
    terms: { password },
  } = client.peering;
  return askFor(
    {
      source: scope.kind === 'all-nodes' ? 'Global' : 'Node',
      remoteAddress: client.at.address,
      origin: originOf(client),
    },
    {
      localAsn: asn,
      remoteAsn: asn,
      isReflectorClient: true,
      clusterId: own?.clusterId,
      password: password && secrets.get(secretId(password)),
    },
  );
}
