/** Durations as Go writes them (`1m30s`, `1.5h`), which is how Calico stores them. */

import { excerpt } from '../base/excerpt.js';
import { ok, type Result, refused } from '../base/result.js';

const SECONDS_OF: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
/** Go writes none that is half as long. What is longer isn't looked at: the time for it would grow with its square. */
const MAX_LENGTH = 64;

/** `text` in whole seconds, rounded as Calico does; not below zero. */
export function parseSeconds(text: string): Result<number> {
  if (text.length > MAX_LENGTH) {
    return refused(`${excerpt(text)} is not a duration such as 1m30s`);
  }
  const parts = [...text.matchAll(PART)];
  const isWhole = parts.map(([part]) => part).join('') === text.replace(/^\+/, '');
  if (text !== '0' && (parts.length === 0 || !isWhole)) {
    return refused(`${excerpt(text)} is not a duration such as 1m30s`);
  }
  const seconds = parts.reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (SECONDS_OF[unit] ?? 0),
    0,
  );
  return ok(Math.round(seconds));
}
