/**
 * Blocks of this node: each is a black-hole route here and one announced route elsewhere.
 *
 * @scenario blocks/own-blocks-only
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
      .filter((block) => block.nodeName === nodeName && block.family === family)
      .map(({ prefix, isConfirmed, origin }) => ({ prefix, isAnnounced: isConfirmed, origin })),
  );
}
