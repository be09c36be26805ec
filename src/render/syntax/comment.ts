/**
 * `text` for the rest of a `#` comment, which ends at the line's end and nowhere else: control characters, and the
 * Unicode line separators that editors break at, become `?`.
 */
export function comment(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '?');
}
