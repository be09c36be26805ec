import { FAMILY_LABELS, type Family } from '../../values/family.js';

/** A family as tables and sentences name it. */
export function titleOf(family: Family): 'IPv4' | 'IPv6' {
  return FAMILY_LABELS[family];
}
