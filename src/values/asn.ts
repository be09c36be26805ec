import { ok, type Result, refused } from '../base/result.js';

/** The largest AS number of RFC 6793. */
const MAX_ASN = 4294967295;

/**
 * `text` as an AS number: 1 to 4294967295 in asplain, or asdot `a.b` (RFC 5396).
 *
 * 0 is refused: RFC 7607 reserves it, and BIRD rejects a file that holds it.
 */
export function parseAsn(text: string): Result<number> {
  const dotted = /^(\d{1,5})\.(\d{1,5})$/.exec(text);
  if (dotted !== null) {
    const [high, low] = [Number(dotted[1]), Number(dotted[2])];
    const value = high * 65536 + low;
    return high <= 65535 && low <= 65535 && value > 0 ? ok(value) : notAnAsn(text);
  }
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= MAX_ASN ? ok(value) : notAnAsn(text);
}

function notAnAsn(text: string): Result<number> {
  return refused(
    `${JSON.stringify(text)} is not an AS number (1 to ${MAX_ASN}, or a.b with both parts up to 65535)`,
  );
}
