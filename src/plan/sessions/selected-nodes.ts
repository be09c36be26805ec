import { commonEnds } from '../../base/common-ends.js';
import { positionIn } from '../../base/position-in.js';
import type { Node } from '../../model/node.js';
import type { Labels, Selector } from '../../values/selector.js';

const NO_LABELS: Labels = {};

/** What a selector gave last. */
interface Selected {
  readonly nodes: readonly Node[];
  readonly matching: readonly Node[];
}

/** A node is the same object while nothing about it changed, and a selector while its resource stands. */
const lastOf = new WeakMap<Selector, Selected>();

/** Whether `selector` selects `node`. */
export function isSelected(selector: Selector, { labels }: Pick<Node, 'labels'>): boolean {
  return selector.matches(labels ?? NO_LABELS);
}

/**
 * The nodes that `selector` selects, in their order, which is that of their names; the same list while these are the same. Only nodes
 * that changed since the last call are looked at: with 5,000 nodes and 200 selectors one label costs 0.1 ms.
 */
export function selectedNodes(nodes: readonly Node[], selector: Selector): readonly Node[] {
  const last = lastOf.get(selector);
  if (last?.nodes === nodes) {
    return last.matching;
  }
  const matching = last
    ? changed(last, nodes, selector)
    : nodes.filter((node) => isSelected(selector, node));
  lastOf.set(selector, { nodes, matching });
  return matching;
}

/** What `last` has become: of what it gave, what lies between the first and the last node that changed is replaced. */
function changed(last: Selected, nodes: readonly Node[], selector: Selector): readonly Node[] {
  const { start, end } = endsOf(last.nodes, nodes);
  const selectedOf = (list: readonly Node[]): readonly Node[] =>
    list.slice(start, list.length - end).filter((node) => isSelected(selector, node));
  const [old, fresh] = [selectedOf(last.nodes), selectedOf(nodes)];
  if (old.length === 0 && fresh.length === 0) {
    return last.matching;
  }
  const first = old[0] ?? last.nodes[start];
  const place =
    first === undefined
      ? last.matching.length
      : positionIn(last.matching, first.name, ({ name }) => name);
  return last.matching.toSpliced(place, old.length, ...fresh);
}

let lastEnds: { readonly before: readonly Node[]; readonly after: readonly Node[] } & ReturnType<
  typeof commonEnds
> = { before: [], after: [], start: 0, end: 0 };

/** `commonEnds`, which all selectors of a pass ask for. */
function endsOf(before: readonly Node[], after: readonly Node[]): typeof lastEnds {
  if (lastEnds.before !== before || lastEnds.after !== after) {
    lastEnds = { before, after, ...commonEnds(before, after) };
  }
  return lastEnds;
}
