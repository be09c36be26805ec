/** What changed in the extras of a family, in an operator's words. */

import { describeRecords } from './describe-records.js';
import type { FamilyExtras } from './plan.js';

/** How one field of the extras is told. */
type Describe<T> = (family: string, before: T, after: T) => readonly string[];

/** Every field, in the order in which they are told. */
const FIELDS: { readonly [Name in keyof FamilyExtras]: Describe<FamilyExtras[Name]> } = {
  bindsAddress: oneOf(
    (binds) =>
      `listens on ${binds ? 'its own address alone' : 'any address'} (BIRD 1 must be started anew for it)`,
  ),
  ignoredInterfaces: oneOf((patterns) => `ignored interfaces: ${patterns.join(', ') || 'none'}`),
  normalPriority: oneOf((priority) => `normal route priority: ${priority}`),
  programsTunnels: oneOf((isBirds) => `IPIP routes: programmed by ${isBirds ? 'BIRD' : 'Felix'}`),
  filters: each('BGPFilter', ({ name }) => name),
  // Two advertisements may be of one prefix.
  advertisements: oneOf((list) => `prefixes with communities: ${list.length}`),
  staticRoutes: each('static route', ({ prefix }) => prefix),
  unprogrammed: each('unprogrammed range', (prefix) => prefix),
  transitRanges: each('transit range', (prefix) => prefix),
  encryptedNextHops: each('encrypted next hop', (address) => address),
};

/** Sentences about the difference; none when there is none. */
export function describeExtras(
  family: string,
  before: FamilyExtras,
  after: FamilyExtras,
): readonly string[] {
  const names = Object.keys(FIELDS) as readonly (keyof FamilyExtras)[];
  return names.flatMap((name) => describeField(name, family, before, after));
}

function describeField<Name extends keyof FamilyExtras>(
  name: Name,
  family: string,
  before: FamilyExtras,
  after: FamilyExtras,
): readonly string[] {
  return FIELDS[name](family, before[name], after[name]);
}

/** A value that is told as a whole. */
function oneOf<T>(say: (value: T) => string): Describe<T> {
  return (family, before, after) =>
    JSON.stringify(before) === JSON.stringify(after) ? [] : [`${family} ${say(after)}`];
}

/** A list that is told record by record. */
function each<T>(kind: string, nameOf: (record: T) => string): Describe<readonly T[]> {
  return (family, before, after) => describeRecords(`${family} ${kind}`, before, after, nameOf);
}
