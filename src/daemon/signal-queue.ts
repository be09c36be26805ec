/** Signals to the process, one after the other. */

/** The signals that the daemon acts on. */
export type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

const SIGNALS: readonly Signal[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Catches signals from its creation on, so that none ends the process by default. */
export class SignalQueue {
  readonly #waiting: Signal[] = [];
  #arrival = new AbortController();

  constructor() {
    for (const signal of SIGNALS) {
      process.on(signal, () => this.#add(signal));
    }
  }

  /** Aborts when a signal waits, whichever: what is in hand gives way to it. */
  get arrival(): AbortSignal {
    return this.#arrival.signal;
  }

  /** The next signal. Several SIGHUPs that wait are one, and the end comes before them. */
  async next(): Promise<Signal> {
    if (!this.arrival.aborted) {
      await new Promise((resolve) => this.arrival.addEventListener('abort', resolve));
    }
    const end = this.#waiting.find((signal) => signal !== 'SIGHUP');
    this.#waiting.length = 0;
    this.#arrival = new AbortController();
    return end ?? 'SIGHUP';
  }

  #add(signal: Signal): void {
    this.#waiting.push(signal);
    this.#arrival.abort();
  }
}
