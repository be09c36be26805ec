/** How a retry waits: anywhere between a floor and a ceiling that doubles from `baseMs` to `maxMs`. */
export interface BackoffOptions {
  /** The first ceiling; half of it is the floor of every wait. */
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * The wait before retry number `attempt` (0 for the first), in milliseconds.
 *
 * Full jitter: any wait up to the ceiling is as likely as any other, so that thousands of hosts that lost the same server
 * come back spread over the whole of it, and not over its second half. Above a floor, so that none comes back at once.
 *
 * @param random - a number in [0, 1), injected so that tests are exact
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ for full jitter
 */
export function backoffDelayMs(
  { baseMs, maxMs }: BackoffOptions,
  attempt: number,
  random: number,
): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  const floor = Math.min(baseMs, maxMs) / 2;
  return floor + (ceiling - floor) * random;
}
