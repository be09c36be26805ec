/** Signals to the process, one after the other. */

/** The signals that the daemon acts on. */
export type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

const SIGNALS: readonly Signal[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Catches signals from its creation on, so that none ends the process by default. */
export class SignalQueue {
  readonly #waiting: Signal[] = [];
  readonly #end = new AbortController();
  #wake: (() => void) | undefined;

  constructor() {
    for (const signal of SIGNALS) {
      process.on(signal, () => this.#add(signal));
    }
  }

  /** Aborts when the process is asked to end. */
  get end(): AbortSignal {
    return this.#end.signal;
  }

  /** The next signal. Several SIGHUPs that wait are one. */
  async next(): Promise<Signal> {
    for (;;) {
      const end = this.#waiting.find((signal) => signal !== 'SIGHUP');
      const signal = end ?? this.#waiting[0];
      if (signal !== undefined) {
        this.#waiting.length = 0;
        return signal;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #add(signal: Signal): void {
    this.#waiting.push(signal);
    if (signal !== 'SIGHUP') {
      this.#end.abort();
    }
    this.#wake?.();
  }
}
