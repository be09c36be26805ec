/**
 * Blocks of this node: each is a black-hole route here, and one announced route elsewhere in place of all that is inside.
 *
 * A pending block isn't ours yet, and two nodes may be asking for it (projectcalico/calico pull request 6003). One that is
 * given back (`pendingDeletion`) is treated as Calico's confd does (bird_aggr.cfg.template): it is black-holed until it is gone,
 * so that traffic for it doesn't loop, but has no place in the filter that puts the block in place of its inside. So inside of a
 * pool its black hole is announced, and each workload that is left in it by itself; these are still found when another node
 * has taken the block.
 *
 * @scenario blocks/own-blocks-only
 * @scenario blocks/states
 * @scenario blocks/ipv6
 */

import type { Problem } from '../../base/problem.js';
import type { Block } from '../../model/block.js';
import type { Family } from '../../values/family.js';
import { firstOfEach } from '../first-of-each.js';
import type { AnnouncedBlock } from '../plan.js';

/** The blocks of `nodeName` in `family`, in the order of their keys. */
export function planBlocks(
  blocks: readonly Block[],
  nodeName: string,
  family: Family,
): { readonly blocks: readonly AnnouncedBlock[]; readonly problems: readonly Problem[] } {
  const { kept, problems } = firstOfEach(
    blocks.filter(
      (block) =>
        block.nodeName === nodeName && block.family === family && block.state !== 'pending',
    ),
    {
      what: 'the block',
      subjectOf: ({ prefix }) => prefix,
      saidBy: ({ state }) => (state === 'confirmed' ? "it is this node's" : 'it is given back'),
    },
  );
  const planned = kept.map(({ prefix, state, origin }) => ({
    prefix,
    isAggregated: state === 'confirmed',
    isBlackholed: true,
    origin,
  }));
  return { blocks: planned, problems };
}
