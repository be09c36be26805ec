/** What BIRD says about a place in its configuration: `FILE:LINE:COLUMN text`. */

/** What BIRD says no to, in its own words. */
export interface BirdRefusal {
  /** The path as BIRD printed it. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 0 or 1, by BIRD's version; absent from BIRDs older than 1.6.4. */
  readonly column?: number;
  readonly message: string;
}

// "bird: " of `bird -p`, then for 3.x "2026-11-23 04:44:36.157 [0000] <FATAL> ".
const PREFIX = /^(?:[^\s:/]+: )?(?:[-\d]+ [\d:.]+ \[\d+\] <[A-Z]+> )?/;
const PLACE =
  /^(?<path>.+?)(?::(?<line>\d+):(?<column>\d+)|, line (?<oldLine>\d+):) (?<message>.+)$/;

/** The refusal that a line of output holds, or `undefined` when it names no place. */
export function parseBirdRefusal(text: string): BirdRefusal | undefined {
  const groups = PLACE.exec(text.trimEnd().replace(PREFIX, ''))?.groups;
  if (groups === undefined) {
    return undefined;
  }
  const { path = '', line, oldLine, column, message = '' } = groups;
  return {
    path,
    line: Number(line ?? oldLine),
    ...(column === undefined ? {} : { column: Number(column) }),
    message,
  };
}

/** The first refusal among lines of output. */
export function firstBirdRefusal(lines: readonly string[]): BirdRefusal | undefined {
  return lines.map(parseBirdRefusal).find((refusal) => refusal !== undefined);
}
