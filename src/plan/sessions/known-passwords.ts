/** What is to be known of something that asks for a session. */
interface Claim {
  /** With whom; of several that ask for a session with one neighbor the first stands. */
  readonly neighbor: string;
  /** Whether its password is known, or it asks for none. */
  readonly isKnown: boolean;
}

/**
 * Those of `wishes` that can be planned without opening a session to anybody. One whose password isn't known isn't planned, and
 * keeps its neighbor from those behind it: these would get the session without the password as long as the secret is away.
 */
export function withKnownPasswords<T>(
  wishes: readonly T[],
  claimOf: (wish: T) => Claim,
): readonly T[] {
  const claims = wishes.map(claimOf);
  if (claims.every(({ isKnown }) => isKnown)) {
    return wishes;
  }
  const first = new Map(claims.toReversed().map(({ neighbor, isKnown }) => [neighbor, isKnown]));
  return wishes.filter((_, index) => {
    const claim = claims[index];
    return claim?.isKnown === true && first.get(claim.neighbor) === true;
  });
}
