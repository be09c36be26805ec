import { ok, type Result, refused } from '../../base/result.js';

/** BIRD 2.0.12 aborts on a string of 4,096 bytes or more (measured); nothing that we print needs a tenth of it. */
const MAX_STRING_BYTES = 1000;

/**
 * `text` as a BIRD string. BIRD knows no escape inside `"…"` (conf/cf-lex.l in its sources): text with a quote or a
 * control character can't be written at all.
 */
export function quoted(text: string): Result<string> {
  if (/["\p{Cc}]/u.test(text)) {
    return refused('a string for BIRD can hold neither a double quote nor a control character');
  }
  return Buffer.byteLength(text) <= MAX_STRING_BYTES
    ? ok(`"${text}"`)
    : refused(`a string for BIRD can be at most ${MAX_STRING_BYTES} bytes long`);
}
