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
import type { Generation } from '../../model/cluster.js';
import type { Family } from '../../values/family.js';
import { familyOfPrefix, isOneAddress, type Prefix } from '../../values/prefix.js';
import { firstOfEach } from '../first-of-each.js';
import type { AnnouncedBlock } from '../plan.js';

/** Whose blocks are planned, and by which rules. */
export interface BlockRules {
  readonly nodeName: string;
  readonly family: Family;
  /** By the rules of Calico 3 a block of one address has no black hole: its workload's route is the same one. */
  readonly generation: Generation;
  /** What Kubernetes gave the node for its pods, where that counts (`USE_POD_CIDR`). */
  readonly podPrefixes?: readonly Prefix[];
  /** Prefixes that static routes black-hole. */
  readonly routed?: ReadonlySet<Prefix>;
}

/** The blocks of a node in a family, in the order of their keys; then those that Kubernetes gave it. */
export function planBlocks(
  blocks: readonly Block[],
  { nodeName, family, generation, podPrefixes = [], routed }: BlockRules,
): { readonly blocks: readonly AnnouncedBlock[]; readonly problems: readonly Problem[] } {
  const own = blocks.filter((block) => block.nodeName === nodeName && block.state !== 'pending');
  const { kept, problems } = firstOfEach(
    [...own, ...blocksOf(nodeName, podPrefixes)].filter((block) => block.family === family),
    {
      what: 'the block',
      subjectOf: ({ prefix }) => prefix,
      saidBy: ({ state }) => (state === 'confirmed' ? "it is this node's" : 'it is given back'),
    },
  );
  const planned = kept.map(({ prefix, state, origin }) => ({
    prefix,
    isAggregated: state === 'confirmed',
    isBlackholed: !routed?.has(prefix) && (generation === 'v1' || !isOneAddress(prefix)),
    origin,
  }));
  return { blocks: planned, problems };
}

function blocksOf(nodeName: string, prefixes: readonly Prefix[]): readonly Block[] {
  return prefixes.map((prefix) => ({
    prefix,
    family: familyOfPrefix(prefix),
    nodeName,
    state: 'confirmed',
    origin: `pod CIDR of node ${nodeName}`,
  }));
}
