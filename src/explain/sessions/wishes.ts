/** Which records might ask for a session with one address, and what keeps those from it that don't. */

import { identify } from '../../plan/identity.js';
import { type Address, familyOf } from '../../values/address.js';
import type { Explained } from '../explanation.js';
import { meshWishes } from './mesh-wishes.js';
import { peeringWishes } from './peering-wishes.js';
import { reflectorWishes } from './reflector-wishes.js';
import type { Ends, Wish } from './wish.js';

/** Both ends of a session with `address`; undefined where this host doesn't speak its family. */
export function endsOf({ cluster, plan, host }: Explained, address: Address): Ends | undefined {
  const family = familyOf(address);
  const { localAddress } = plan[family];
  return localAddress === undefined
    ? undefined
    : {
        address,
        nodes: cluster.nodes.filter(({ addresses }) => addresses[family]?.address === address),
        local: {
          nodeName: host.nodeName,
          family,
          address: localAddress,
          node: identify(cluster, host).node,
        },
      };
}

/** What might ask for a session between `ends`, in the order in which the plan asks. */
export function wishesFor({ cluster, host }: Explained, ends: Ends): readonly Wish[] {
  if (host.role === 'node') {
    return [...meshWishes(cluster, ends), ...peeringWishes(cluster, ends)];
  }
  const asNode = ends.local.node === undefined ? [] : peeringWishes(cluster, ends);
  return [...asNode, ...reflectorWishes(cluster, ends)];
}
