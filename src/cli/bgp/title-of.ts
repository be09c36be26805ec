import type { Family } from '../../values/family.js';

/** A family as tables and sentences name it. */
export function titleOf(family: Family): 'IPv4' | 'IPv6' {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}
