/**
 * Sessions that an operator asked for by name: global peers of every node, and peers of one node.
 *
 * @scenario peers/global-and-node
 * @scenario peers/peer-is-ourselves
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
    // A peer is one record of one key, so nothing else can change about its session.
    sessions.push(
      cache.find(source, peer) ??
        cache.keep(source, peer, {
          protocolName: protocolNameOf(source, peer.address),
          family: local.family,
          isIpv6: local.family === 'ipv6',
          remoteAddress: peer.address,
          remoteAsn: peer.asn,
          isReflectorClient: false,
          origin: peer.origin,
        }),
    );
  }
  return sessions;
}
