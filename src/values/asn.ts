import { ok, type Result, refused } from '../base/result.js';

/** The largest number of four octets (RFC 6793). */
const MAX_UINT32 = 4294967295;

/** Numbers that no AS may have, and who says so. BIRD refuses a file with 0, and takes the others. */
const RESERVED: ReadonlyMap<number, string> = new Map([
  [0, 'it is reserved (RFC 7607)'],
  [23456, 'it is AS_TRANS, which stands for numbers of four octets (RFC 6793)'],
  [65535, 'it is reserved (RFC 7300)'],
  [MAX_UINT32, 'it is reserved (RFC 7300)'],
]);

/** `text` as an AS number that a speaker may have: 1 to 4294967294 in asplain, or asdot `a.b` (RFC 5396). */
export function parseAsn(text: string): Result<number> {
  const value = numberOf(text);
  if (value === undefined) {
    return refused(
      `${JSON.stringify(text)} is not an AS number (1 to ${MAX_UINT32 - 1}, or a.b with both parts up to 65535)`,
    );
  }
  const why = RESERVED.get(value);
  return why === undefined
    ? ok(value)
    : refused(`${JSON.stringify(text)} is not an AS number: ${why}`);
}

function numberOf(text: string): number | undefined {
  const dotted = /^(\d{1,5})\.(\d{1,5})$/.exec(text);
  if (dotted !== null) {
    const [high, low] = [Number(dotted[1]), Number(dotted[2])];
    return high <= 65535 && low <= 65535 ? high * 65536 + low : undefined;
  }
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value <= MAX_UINT32 ? value : undefined;
}
