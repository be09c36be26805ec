/** The outcome of parsing something that a user wrote: a value, or one sentence that says what is wrong with it. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** A `Result` that holds `value`. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A `Result` that says in one sentence, without a full stop, what is wrong. */
export function refused(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
