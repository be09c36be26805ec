/**
 * Blocks of this node: each is a black-hole route here and one announced route elsewhere.
 *
 * A pending block isn't ours yet, and two nodes may be asking for it (projectcalico/calico pull request 6003). One that is
 * given back is black-holed until it is gone, so that traffic for it doesn't loop, but is no longer announced.
 *
 * @scenario blocks/own-blocks-only
 * @scenario blocks/states
 * @scenario blocks/ipv6
 */

import type { Block } from '../../model/block.js';
import type { Family } from '../../values/family.js';
import type { AnnouncedBlock } from '../plan.js';
import { uniqueByPrefix } from './unique-by-prefix.js';

/** The blocks of `nodeName` in `family`, in the order of their keys. */
export function planBlocks(
  blocks: readonly Block[],
  nodeName: string,
  family: Family,
): readonly AnnouncedBlock[] {
  return uniqueByPrefix(
    blocks
      .filter(
        (block) =>
          block.nodeName === nodeName && block.family === family && block.state !== 'pending',
      )
      .map(({ prefix, state, origin }) => ({ prefix, isAnnounced: state === 'confirmed', origin })),
  );
}
