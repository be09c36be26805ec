/**
 * One way out for bugs. Whatever throws where nobody expects it, in a pass, a listener, a timer or a callback, ends up
 * here: the process logs the stack and ends, and its supervisor starts it again. A daemon that lives on after a bug may do
 * nothing at all any more, and nobody would know.
 */

/** What a process that a bug ended exits with: EX_SOFTWARE of sysexits.h. */
export const BUG_EXIT_STATUS = 70;

/** Catches bugs from `arm` on. */
export class BugTrap {
  #report: (error: unknown) => void = () => {};
  readonly #caught: Promise<never>;

  constructor() {
    this.#caught = new Promise((_, reject) => {
      this.#report = reject;
    });
    this.#caught.catch(() => {});
  }

  /** The way there, for those who notice a bug themselves. The first one counts. */
  readonly fatal = (error: unknown): void => this.#report(error);

  /** From now on exceptions and rejections that nobody handles come here, and no longer end the process on the spot. */
  arm(): void {
    process.on('uncaughtException', this.fatal);
    process.on('unhandledRejection', this.fatal);
  }

  /** What `work` comes to, or the first bug, whichever is first. */
  guard<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#caught]);
  }
}
