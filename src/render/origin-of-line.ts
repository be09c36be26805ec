/**
 * Which datastore key a line of a rendered file came from: the last `# from KEY` comment at or above the line, as the
 * templates write them before each thing that a key asks for.
 *
 * @param line - line number, from 1
 */
export function originOfLine(text: string, line: number): string | undefined {
  const lines = text.split('\n').slice(0, line);
  return lines
    .toReversed()
    .map((content) => /^\s*# from (\S.*)$/.exec(content)?.[1])
    .find((origin) => origin !== undefined);
}
