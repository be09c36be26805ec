import { createInterface } from 'node:readline/promises';

import type { Cluster } from '../../model/cluster.js';
import { findLostPairs, isWholeMesh, type LostPairs } from '../../plan/reachability/lost-pairs.js';
import { unknownsOf } from '../../plan/reachability/unknowns.js';
import { FAMILY_LABELS } from '../../values/family.js';
import { warn } from '../output.js';

/** More pairs than these say less than their number. */
const MAX_LISTED = 20;

/**
 * Whether a change from `before` to `after` may be made. Says which nodes would lose their BGP paths to each other; then
 * it may with `force`, or when somebody at the terminal says so.
 */
export async function mayLosePaths(
  before: Cluster,
  after: Cluster,
  force: boolean,
): Promise<boolean> {
  const losses = findLostPairs(before, after, MAX_LISTED);
  if (!isWholeMesh(after)) {
    unknownsOf(after).forEach(warn);
  }
  if (losses.length === 0) {
    return true;
  }
  losses.flatMap(linesOf).forEach(warn);
  if (force) {
    return true;
  }
  if (process.stdin.isTTY && process.stderr.isTTY) {
    return ask('Do it all the same? [y/N] ');
  }
  warn(
    'give the nodes another path first (birdkeeper bgp rr add, birdkeeper bgp peer add), or repeat with --force',
  );
  return false;
}

function linesOf({ family, count, first, outsidePeers }: LostPairs): readonly string[] {
  const title = FAMILY_LABELS[family];
  const pairs = count === 1 ? '1 pair of nodes' : `${count} pairs of nodes`;
  return [
    `this would leave ${pairs} without any BGP path to each other for ${title}, as far as the datastore tells:`,
    ...first.map(([a, b]) => `  ${a} - ${b} (${title})`),
    ...(count > first.length ? [`  and ${count - first.length} more`] : []),
    ...(outsidePeers.length === 0
      ? []
      : [
          `nodes also peer with ${outsidePeers.join(', ')}: whether that passes their routes on is not in the datastore`,
        ]),
  ];
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}
