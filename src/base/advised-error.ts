/** Work that could not be done, for a reason outside of this program, with what an operator can do about it. */
export abstract class AdvisedError extends Error {
  /** What an operator can do, as one sentence without a full stop. */
  readonly advice: string;
  /** Whether trying again may help without anybody doing something. */
  readonly isRetryable: boolean;

  constructor(
    message: string,
    { advice, isRetryable, cause }: { advice: string; isRetryable: boolean; cause?: unknown },
  ) {
    super(message, { cause });
    this.advice = advice;
    this.isRetryable = isRetryable;
  }
}
