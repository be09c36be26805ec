/** A template can't be read, doesn't parse, or printed something that it must not. An operator's file or our bug. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** The template, with `:LINE:COLUMN` where known. */
  readonly position: string;

  constructor(position: string, reason: string, options?: ErrorOptions) {
    super(`template ${position}: ${reason}`, options);
    this.position = position;
  }
}
