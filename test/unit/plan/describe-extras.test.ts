import { expect, test } from 'vitest';
import { describeExtras } from '../../../src/plan/describe-extras.js';
import { type FamilyExtras, NO_EXTRAS } from '../../../src/plan/plan.js';
import { address, prefix } from './v3-fixture.js';

const FILTER = {
  name: 'tor',
  family: 'ipv4',
  importRules: [],
  exportRules: [],
  origin: 'tor',
} as const;
const RANGE = prefix('198.18.0.0/16');

test.each<[change: Partial<FamilyExtras>, there: readonly string[], back: readonly string[]]>([
  [{}, [], []],
  [
    { bindsAddress: true },
    ['ipv4 listens on its own address alone (BIRD 1 must be started anew for it)'],
    ['ipv4 listens on any address (BIRD 1 must be started anew for it)'],
  ],
  [
    { ignoredInterfaces: ['eth8', 'eth9'] },
    ['ipv4 ignored interfaces: eth8, eth9'],
    ['ipv4 ignored interfaces: none'],
  ],
  [
    { normalPriority: 512 },
    ['ipv4 normal route priority: 512'],
    ['ipv4 normal route priority: 1024'],
  ],
  [
    { programsTunnels: false },
    ['ipv4 IPIP routes: programmed by Felix'],
    ['ipv4 IPIP routes: programmed by BIRD'],
  ],
  [{ filters: [FILTER] }, ['ipv4 BGPFilter tor added'], ['ipv4 BGPFilter tor removed']],
  [
    { advertisements: [{ prefix: RANGE, communities: [], origin: 'default' }] },
    ['ipv4 prefixes with communities: 1'],
    ['ipv4 prefixes with communities: 0'],
  ],
  [
    { staticRoutes: [{ prefix: RANGE, isExported: true, origin: 'default' }] },
    ['ipv4 static route 198.18.0.0/16 added'],
    ['ipv4 static route 198.18.0.0/16 removed'],
  ],
  [
    { unprogrammed: [RANGE] },
    ['ipv4 unprogrammed range 198.18.0.0/16 added'],
    ['ipv4 unprogrammed range 198.18.0.0/16 removed'],
  ],
  [
    { transitRanges: [RANGE] },
    ['ipv4 transit range 198.18.0.0/16 added'],
    ['ipv4 transit range 198.18.0.0/16 removed'],
  ],
  [
    { encryptedNextHops: [address('192.0.2.2')] },
    ['ipv4 encrypted next hop 192.0.2.2 added'],
    ['ipv4 encrypted next hop 192.0.2.2 removed'],
  ],
])('%j, and back', (change, there, back) => {
  const changed = { ...NO_EXTRAS, ...change };

  expect(describeExtras('ipv4', NO_EXTRAS, changed)).toEqual(there);
  expect(describeExtras('ipv4', changed, NO_EXTRAS)).toEqual(back);
});

test('a filter with other rules is a changed one', () => {
  const [before, after] = [[], [{ action: 'accept', operations: [] } as const]].map(
    (importRules) => ({ ...NO_EXTRAS, filters: [{ ...FILTER, importRules }] }),
  );

  expect(describeExtras('ipv6', before ?? NO_EXTRAS, after ?? NO_EXTRAS)).toEqual([
    'ipv6 BGPFilter tor changed',
  ]);
});
