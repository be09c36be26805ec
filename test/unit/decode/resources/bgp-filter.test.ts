import { describe, expect, test } from 'vitest';
import { DecodedStore } from '../../../../src/decode/decoded-store.js';
import { decoded, keyOf } from './resource-fixture.js';

const CLOSED = [{ action: 'reject', operations: [] }];
const ACCEPT = { action: 'Accept' };

function filter(spec: unknown) {
  const { cluster, problems, reasons } = decoded({ plural: 'bgpfilters', name: 'f', spec });
  return { filters: cluster.bgpFilters, problems, reasons };
}

test.each([
  [{}, {}],
  [
    { cidr: '198.18.0.0/16', matchOperator: 'In' },
    { prefix: { prefix: '198.18.0.0/16', operator: 'in' } },
  ],
  [
    { cidr: '198.18.0.0/16', matchOperator: 'NotEqual' },
    { prefix: { prefix: '198.18.0.0/16', operator: 'not-equal' } },
  ],
  [
    { cidr: '198.18.0.0/16', matchOperator: 'NotIn', prefixLength: { min: 20 } },
    { prefix: { prefix: '198.18.0.0/16', operator: 'not-in', length: { min: 20, max: 32 } } },
  ],
  [
    { cidr: '198.18.0.0/16', matchOperator: 'In', prefixLength: { max: 16 } },
    { prefix: { prefix: '198.18.0.0/16', operator: 'in', length: { min: 16, max: 16 } } },
  ],
  [{ source: 'RemotePeers' }, { isFromPeers: true }],
  [{ interface: '*.calico' }, { interface: '*.calico' }],
  [{ peerType: 'eBGP' }, { peerType: 'external' }],
  [{ peerType: 'iBGP' }, { peerType: 'internal' }],
  [{ communities: { values: ['1:2:3'] } }, { community: { kind: 'large', parts: [1, 2, 3] } }],
  [{ asPathPrefix: [65000, '1.10', 23456] }, { asPathPrefix: [65000, 65546, 23456] }],
  [{ priority: 200 }, { priority: 200 }],
  [
    {
      operations: [
        { addCommunity: { value: '1:2' } },
        { prependASPath: { prefix: [1, 2] } },
        { setPriority: { value: 7 } },
      ],
    },
    {
      operations: [
        { kind: 'add-community', community: { kind: 'standard', parts: [1, 2] } },
        { kind: 'prepend-as-path', asns: [1, 2] },
        { kind: 'set-priority', priority: 7 },
      ],
    },
  ],
])('the rule %j', (rule, expected) => {
  const { filters, problems } = filter({ importV4: [{ ...rule, ...ACCEPT }] });

  expect(problems).toEqual([]);
  expect(filters).toEqual([
    {
      name: 'f',
      family: 'ipv4',
      importRules: [{ action: 'accept', operations: [], ...expected }],
      exportRules: [],
      origin: keyOf({ plural: 'bgpfilters', name: 'f' }),
    },
  ]);
});

test('each family is a filter of its own, and one without rules is none', () => {
  expect(
    filter({ exportV4: [ACCEPT], importV6: [ACCEPT], exportV6: [ACCEPT] }).filters,
  ).toMatchObject([
    { family: 'ipv4', importRules: [], exportRules: [{}] },
    { family: 'ipv6', importRules: [{}], exportRules: [{}] },
  ]);
  expect(filter({}).filters).toEqual([]);
});

describe('with a faulty rule', () => {
  test.each([
    ['action', {}],
    ['action', { action: 'accept' }],
    ['cidr', { ...ACCEPT, cidr: 'x', matchOperator: 'In' }],
    ['cidr', { ...ACCEPT, cidr: '2001:db8::/64', matchOperator: 'In' }],
    ['matchOperator', { ...ACCEPT, cidr: '198.18.0.0/16' }],
    ['matchOperator', { ...ACCEPT, matchOperator: 'In' }],
    ['matchOperator', { ...ACCEPT, cidr: '198.18.0.0/16', matchOperator: 'Near' }],
    ['prefixLength', { ...ACCEPT, prefixLength: { min: 1 } }],
    [
      'prefixLength',
      { ...ACCEPT, cidr: '198.18.0.0/16', matchOperator: 'Equal', prefixLength: { min: 17 } },
    ],
    [
      'prefixLength',
      { ...ACCEPT, cidr: '198.18.0.0/16', matchOperator: 'In', prefixLength: { min: 20, max: 18 } },
    ],
    [
      'prefixLength.min',
      { ...ACCEPT, cidr: '198.18.0.0/16', matchOperator: 'In', prefixLength: { min: 8 } },
    ],
    [
      'prefixLength.max',
      { ...ACCEPT, cidr: '198.18.0.0/16', matchOperator: 'In', prefixLength: { max: 33 } },
    ],
    ['source', { ...ACCEPT, source: 'Anywhere' }],
    ['interface', { ...ACCEPT, interface: 'a"; accept; "' }],
    ['peerType', { ...ACCEPT, peerType: 'ebgp' }],
    ['communities', { ...ACCEPT, communities: {} }],
    ['communities', { ...ACCEPT, communities: { values: ['1:2', '1:3'] } }],
    ['communities.values.0', { ...ACCEPT, communities: { values: ['x'] } }],
    ['asPathPrefix.0', { ...ACCEPT, asPathPrefix: ['x'] }],
    ['priority', { ...ACCEPT, priority: 0 }],
    ['operations.0.setPriority.value', { ...ACCEPT, operations: [{ setPriority: {} }] }],
    ['operations.0.prependASPath', { ...ACCEPT, operations: [{ prependASPath: { prefix: [] } }] }],
    ['operations.0.removeCommunity', { ...ACCEPT, operations: [{ removeCommunity: {} }] }],
    [
      'operations.0.addCommunity',
      { ...ACCEPT, operations: [{ addCommunity: { value: '1:2' }, setPriority: { value: 1 } }] },
    ],
    ['ofALaterCalico', { ...ACCEPT, ofALaterCalico: 'x' }],
  ])('%s of %j, its list refuses all, and the others stand', (path, rule) => {
    const { filters, problems } = filter({
      importV4: [ACCEPT, rule],
      exportV4: [ACCEPT],
      importV6: [ACCEPT],
    });

    expect(problems.map((text) => text.split(':')[0])).toContain(`spec.importV4.1.${path}`);
    expect(problems[0]).toContain('refuses every route');
    expect(filters).toMatchObject([
      { family: 'ipv4', importRules: CLOSED, exportRules: [{ action: 'accept' }] },
      { family: 'ipv6', importRules: [{ action: 'accept' }], exportRules: [] },
    ]);
  });

  test.each(['x', {}, [null], ['x'], [[]]])('a list that is none: %j', (importV4) => {
    const { filters, problems } = filter({ importV4, exportV4: [ACCEPT] });

    expect(problems.length).toBeGreaterThan(0);
    expect(filters).toMatchObject([{ importRules: CLOSED, exportRules: [{ action: 'accept' }] }]);
  });

  test('the last good value counts where there is one', () => {
    const { cluster, problems } = decoded(
      { plural: 'bgpfilters', spec: { importV4: [ACCEPT] } },
      { plural: 'bgpfilters', spec: { importV4: [{}] } },
    );

    expect(problems).toEqual(['spec.importV4.0.action: kept the last good value of this key']);
    expect(cluster.bgpFilters).toMatchObject([{ importRules: [{ action: 'accept' }] }]);
  });

  test('thousands of faults are told by the first of them', () => {
    const { filters, problems } = filter({ importV4: Array.from({ length: 5_000 }, () => ({})) });

    expect(problems.length).toBeLessThan(50);
    expect(filters[0]?.importRules).toEqual(CLOSED);
  });

  test('after faults that are not told any more, the next list refuses all too', () => {
    const { filters } = filter({
      importV4: Array.from({ length: 5_000 }, () => ({})),
      exportV6: [{}],
    });

    expect(filters[1]?.exportRules).toEqual(CLOSED);
  });
});

test.each(['not json', '{"metadata":{"name":"f"},"spec":7}', '[]', '{}'])(
  'one that cannot be read at all is not one without rules: %s',
  (value) => {
    const key = keyOf({ plural: 'bgpfilters', name: 'f' });
    const store = new DecodedStore();
    store.update([{ kind: 'put', key, value }]);

    expect(store.problems().length).toBeGreaterThan(0);
    expect(store.cluster().bgpFilters).toMatchObject([
      { name: 'f', family: 'ipv4', importRules: CLOSED, exportRules: CLOSED },
      { name: 'f', family: 'ipv6', importRules: CLOSED, exportRules: CLOSED },
    ]);
  },
);
