/** How a rollback is told. */

/** A generation that stands until `birdkeeper resume`, whatever the datastore asks for. */
export interface PinnedStatus {
  readonly sequence: number;
  readonly since: number;
  /** The number under which it stands now; absent when it doesn't. */
  readonly standing?: number;
  /** Why BIRD doesn't run it; absent when it does. */
  readonly reason?: string | undefined;
  /** How many lines of the files wait for the end of it; absent when that isn't known. */
  readonly waitingLines?: number | undefined;
}

/** A rollback in one line. */
export function pinnedText({
  sequence,
  reason,
  waitingLines,
}: Pick<PinnedStatus, 'sequence' | 'reason' | 'waitingLines'>): string {
  const waits =
    waitingLines === undefined
      ? 'nothing newer is applied'
      : waitingLines === 1
        ? '1 line waits'
        : `${waitingLines} lines wait`;
  const why = reason === undefined ? '' : `, which BIRD does not run: ${reason}`;
  return `an operator rolled back to generation ${sequence}${why}; ${waits} until \`birdkeeper resume\``;
}
