const REDACTED = '[redacted]';

/**
 * Text that must not be seen: it prints as `[redacted]`, in a log, in JSON and in an inspection. Only `reveal` gives it, and
 * each call of that is a place to look at.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  // The name of util.inspect.custom, which needs no import.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
