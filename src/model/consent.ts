/**
 * What an operator said yes to: a change of the datastore by one of the verbs, which may end sessions. The verb leaves it in the
 * datastore, so that no host asks again (docs/operations.md, "When what the datastore asks for is held back").
 */
export interface Consent {
  readonly id: string;
  /** When it was given, for people. */
  readonly at: string;
  /** What the verb wrote; no key twice. */
  readonly changes: readonly ConsentedChange[];
}

/** One key that the verb wrote. */
export interface ConsentedChange {
  readonly key: string;
  /** Its value before; absent when there was none. */
  readonly before?: string | undefined;
  /** Digest of its value since (`digestOf`); absent when it was deleted. */
  readonly after?: string | undefined;
}
