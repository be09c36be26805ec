/** Tables as the old calicoctl drew them: ASCII borders, one blank at each side, aligned to the left. */

import Table from 'cli-table3';

const BORDER = {
  ...{ top: '-', 'top-mid': '+', 'top-left': '+', 'top-right': '+' },
  ...{ bottom: '-', 'bottom-mid': '+', 'bottom-left': '+', 'bottom-right': '+' },
  ...{ mid: '-', 'mid-mid': '+', 'left-mid': '+', 'right-mid': '+' },
  ...{ left: '|', middle: '|', right: '|' },
};

/** A table with `head` over `rows`, without a line end at its end. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const style = { head: [], border: [], compact: true };
  const table = new Table({ head: [...head], chars: BORDER, style });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
