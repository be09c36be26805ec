/** Lets one piece of work run at a time, and refuses a second one. */
export class OneAtATime {
  readonly #refusal: string;
  #isRunning = false;

  /** @param refusal - what a second one is told */
  constructor(refusal: string) {
    this.#refusal = refusal;
  }

  /** What `work` gives. @throws {Error} while another one runs: that is a bug of the caller */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isRunning) {
      throw new Error(this.#refusal);
    }
    this.#isRunning = true;
    try {
      return await work();
    } finally {
      this.#isRunning = false;
    }
  }
}
