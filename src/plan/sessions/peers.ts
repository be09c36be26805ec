/**
 * Sessions that an operator asked for by name: global peers of every node, and peers of one node.
 *
 * @scenario peers/global-and-node
 */

import type { BgpPeer } from '../../model/bgp-peer.js';
import { familyOf } from '../../values/address.js';
import type { Session } from '../plan.js';
import type { LocalEnd } from './mesh.js';
import { protocolNameOf, type SessionSource } from './protocol-name.js';
import type { SessionCache } from './session-cache.js';

/** Sessions of `local` to `peers`, in their order. A peer that is `local` itself is nobody to peer with. */
export function planPeers(
  source: SessionSource,
  peers: readonly BgpPeer[],
  local: LocalEnd,
  cache: SessionCache,
): Session[] {
  const sessions: Session[] = [];
  for (const peer of peers) {
    if (familyOf(peer.address) !== local.family || peer.address === local.address) {
      continue;
    }
    const { address, asn: remoteAsn, origin } = peer;
    sessions.push(
      cache.reuse(peer, { source, remoteAsn, origin }, () => ({
        protocolName: protocolNameOf(source, address),
        family: local.family,
        isIpv6: local.family === 'ipv6',
        remoteAddress: address,
        remoteAsn,
        isReflectorClient: false,
        origin,
      })),
    );
  }
  return sessions;
}
