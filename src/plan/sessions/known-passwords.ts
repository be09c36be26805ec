/**
 * What is to be known of what asks for a session.
 *
 * @scenario v3/passwords
 */
interface Claims<T> {
  /** With whom; of several that ask for a session with one neighbor the first stands. */
  readonly neighborOf: (wish: T) => string;
  /** Whether its password is known, or it asks for none. */
  readonly isKnown: (wish: T) => boolean;
}

/**
 * Those of `wishes` that can be planned without opening a session to anybody. One whose password isn't known isn't planned, and
 * keeps its neighbor from those behind it: these would get the session without the password as long as the secret is away.
 */
export function withKnownPasswords<T>(
  wishes: readonly T[],
  { neighborOf, isKnown }: Claims<T>,
): readonly T[] {
  if (wishes.every(isKnown)) {
    return wishes;
  }
  const first = new Map(wishes.toReversed().map((wish) => [neighborOf(wish), isKnown(wish)]));
  return wishes.filter((wish) => isKnown(wish) && first.get(neighborOf(wish)) === true);
}
