import { commonEnds } from '../../base/common-ends.js';
import type { Node } from '../../model/node.js';
import type { Labels, Selector } from '../../values/selector.js';

const NO_LABELS: Labels = {};

/** What a selector gave last. */
interface Selected {
  readonly nodes: readonly Node[];
  readonly flags: readonly boolean[];
  readonly matching: readonly Node[];
}

/** A node is the same object while nothing about it changed, and a selector while its resource stands. */
const lastOf = new WeakMap<Selector, Selected>();

/** Whether `selector` selects `node`. */
export function isSelected(selector: Selector, { labels }: Pick<Node, 'labels'>): boolean {
  return selector.matches(labels ?? NO_LABELS);
}

/**
 * The nodes that `selector` selects, in their order. Only nodes that changed since the last call are looked at: with 5,000 nodes
 * and hundreds of selectors one label costs little.
 */
export function selectedNodes(nodes: readonly Node[], selector: Selector): readonly Node[] {
  const last = lastOf.get(selector);
  if (last?.nodes === nodes) {
    return last.matching;
  }
  const { start, end } = commonEnds(last?.nodes ?? [], nodes);
  const fresh = nodes.slice(start, nodes.length - end).map((node) => isSelected(selector, node));
  const flags = (last?.flags ?? [])
    .slice(0, start)
    .concat(fresh, last === undefined ? [] : last.flags.slice(last.flags.length - end));
  const matching = nodes.filter((_, index) => flags[index]);
  lastOf.set(selector, { nodes, flags, matching });
  return matching;
}
