/** How long changes wait until BIRD runs them: from the first one that was heard of to BIRD's word for all of them. */
export class ChangeTimer {
  /** When the first change was heard that no pass has taken in. */
  #waitingMs: number | undefined;
  /** The same for the changes that passes have taken in, and BIRD doesn't run yet. */
  #inHandMs: number | undefined;

  /** A change was heard. */
  heard(nowMs: number): void {
    this.#waitingMs ??= nowMs;
  }

  /** A pass takes in all that was heard. */
  takeIn(): void {
    this.#inHandMs ??= this.#waitingMs;
    this.#waitingMs = undefined;
  }

  /** BIRD runs what was taken in; gives how long that took, in milliseconds, if there was anything. */
  done(nowMs: number): number | undefined {
    const sinceMs = this.#inHandMs;
    this.#inHandMs = undefined;
    return sinceMs === undefined ? undefined : nowMs - sinceMs;
  }
}
