import { isOfKeys, type Peering } from '../../model/peering.js';

/**
 * `wishes`, those first that BGPPeers of Calico 3 ask for, each part in its order. Where an old key asks for a session with the same
 * neighbor, the resource stands.
 */
export function newestFirst<T extends { readonly peering: Peering }>(
  wishes: readonly T[],
): readonly T[] {
  const ofKeys = wishes.filter(({ peering }) => isOfKeys(peering));
  return ofKeys.length === 0 || ofKeys.length === wishes.length
    ? wishes
    : [...wishes.filter(({ peering }) => !isOfKeys(peering)), ...ofKeys];
}
