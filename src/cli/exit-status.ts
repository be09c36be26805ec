/** Exit statuses that scripts depend on. */
export const EXIT = {
  ok: 0,
  /** The command found what it is there to find: refused, different, not renderable, or could not start. */
  no: 1,
  /** Wrong words on the command line, or an error that kept the command from its answer. */
  error: 2,
} as const;
