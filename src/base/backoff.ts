/** How a retry waits: full jitter over a ceiling that doubles from `baseMs` to `maxMs`. */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * The wait before retry number `attempt` (0 for the first), in milliseconds.
 *
 * Full jitter: anywhere from half of the ceiling to the ceiling, so that thousands of hosts that lost the same
 * server do not come back in step, and none comes back at once.
 *
 * @param random - a number in [0, 1), injected so that tests are exact
 */
export function backoffDelayMs(
  { baseMs, maxMs }: BackoffOptions,
  attempt: number,
  random: number,
): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (ceiling / 2) * random;
}
