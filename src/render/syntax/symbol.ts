import { createHash } from 'node:crypto';

/** The longest name that BIRD takes. */
const MAX_SYMBOL_LENGTH = 64;

/** The longest name of a BGPFilter that stands in a symbol as it is: Calico's own limit (its confd, template_funcs.go). */
const MAX_FILTER_NAME_LENGTH = 45;

/**
 * `parts` as one symbol in BIRD, in quotes, with a colon between. Where they are too long, or have what no symbol can hold, the
 * end is a part of their hash.
 */
export function symbol(parts: readonly string[]): string {
  const text = parts.join(':');
  return parts.every(isPlain) && text.length <= MAX_SYMBOL_LENGTH
    ? `'${text}'`
    : `'${hashed(text, MAX_SYMBOL_LENGTH - 17, JSON.stringify(parts))}'`;
}

/** The function of the BGPFilter `name`, as Calico calls it: `'bgp_NAME_importFilterV4'`. */
export function filterSymbol(name: string, end: string): string {
  const isShort = name.length <= MAX_FILTER_NAME_LENGTH;
  return `'bgp_${isShort && isPlain(name) ? name : hashed(name, 28, name)}_${end}'`;
}

function isPlain(text: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(text);
}

function hashed(text: string, keptLength: number, whole: string): string {
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 16).toUpperCase();
  return `${text.slice(0, keptLength).replaceAll(/[^A-Za-z0-9_.:-]/g, '_')}_${hash}`;
}
