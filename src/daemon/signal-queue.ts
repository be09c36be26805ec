/** Signals to the process, one after the other. */

/** What the daemon acts on: signals, and `BIRD` when another version of BIRD has come. */
export type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'BIRD';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

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
    const waiting = this.#waiting.splice(0);
    this.#arrival = new AbortController();
    const end = waiting.find((signal) => signal === 'SIGTERM' || signal === 'SIGINT');
    return end ?? (waiting.includes('SIGHUP') ? 'SIGHUP' : 'BIRD');
  }

  /** Says that another version of BIRD has come; a SIGHUP covers it. */
  noteBird(): void {
    this.#add('BIRD');
  }

  #add(signal: Signal): void {
    this.#waiting.push(signal);
    this.#arrival.abort();
  }
}
