import { type Result, refused } from '../../base/result.js';
import { quoted } from './quoted.js';

/**
 * `text` as a string that BIRD matches names of interfaces against. What names of interfaces are made of, and `*` and `?`:
 * a backslash would be BIRD's escape (its lib/patmatch.c).
 */
export function pattern(text: string): Result<string> {
  return /^[A-Za-z0-9_.:@+*?-]+$/.test(text)
    ? quoted(text)
    : refused('a pattern of interface names can hold letters, digits, and _ . : @ + * ? - alone');
}
