/** What the filters do with a prefix, and which statement decides first. */
import { describe, expect, test } from 'vitest';
import { explainPrefix } from '../../../src/explain/explain-prefix.js';
import type { FilterStory } from '../../../src/explain/explanation.js';
import { interfaceProblems } from '../../../src/render/dialects/filter-view.js';
import { NODE, reflectorAt } from '../plan/plan-fixture.js';
import { prefix } from '../plan/v3-fixture.js';
import { answerOf, explainedOf, type Keys, resource } from './fixture.js';

const V1: Keys = {
  'bgp/v1/host/node-a/ip_addr_v4': '192.0.2.1',
  'bgp/v1/host/node-a/network_v4': '192.0.2.0/24',
  'bgp/v1/global/peer_v4/192.0.2.9': { ip: '192.0.2.9', as_num: '65009' },
  'bgp/v1/global/custom_filters/v4/odd': 'if net = 203.0.113.0/24 then accept;',
  'v1/ipam/v4/pool/198.18.0.0-16': {
    cidr: '198.18.0.0/16',
    ipip: 'tunl0',
    ipip_mode: 'cross-subnet',
  },
  'ipam/v2/host/node-a/ipv4/block/198.18.1.0-26': { state: 'confirmed' },
  'ipam/v2/host/node-a/ipv4/block/198.18.2.0-26': { state: 'pendingDeletion' },
  'ipam/v2/host/node-a/ipv4/block/198.18.3.0-26': { state: 'pending' },
};
const RAW = "unknown the raw statements odd may decide: they can't be judged here";
const IN_POOL = 'accept it is in the pool 198.18.0.0/16';

/** `ACTION [if CONDITION] TEXT` of each step. */
function stepsOf(
  { filters }: { readonly filters: readonly FilterStory[] },
  wanted: FilterStory['filter'],
  session?: string,
): readonly string[] {
  const story = filters.find(
    ({ filter, sessions }) =>
      filter === wanted && (session === undefined || sessions.includes(session)),
  );
  return (story?.decisions ?? []).map(
    ({ action, when, text }) => `${action}${when === undefined ? '' : ` if ${when}`} ${text}`,
  );
}

test.each<[title: string, asked: string, told: readonly string[]]>([
  ['a block', '198.18.1.0/26', ['accept it is the block 198.18.1.0/26 of this node']],
  [
    'what is in it',
    '198.18.1.7',
    ['reject the block 198.18.1.0/26 of this node is told in its place'],
  ],
  ['a block in release', '198.18.2.0/26', [RAW, IN_POOL]],
  ['what is in a pending block', '198.18.3.1', [RAW, IN_POOL]],
  ['a block of another node', '198.18.9.0/26', [RAW, IN_POOL]],
  [
    'what the pool lies in',
    '198.18.0.0/15',
    [RAW, 'reject no block, pool or service lets it through'],
  ],
])('by the rules of v1, %s is told so', (_, asked, told) => {
  const host = { ...NODE, acceptsCustomFilters: true };

  expect(stepsOf(answerOf(V1, asked, host), 'export')).toEqual(told);
});

test.each<[title: string, asked: string, kept: readonly string[]]>([
  [
    'a tunneled route',
    '198.18.9.0/26',
    [
      'accept if its next hop is in 192.0.2.0/24 it is in the pool 198.18.0.0/16, without the tunnel',
      'accept it is in the pool 198.18.0.0/16, through tunl0 (IPIP)',
    ],
  ],
  ['a black hole', '198.18.1.0/26', [IN_POOL]],
  ['any other', '203.0.113.0/24', ['accept it is in no pool, and goes the way that it came with']],
])('%s reaches the kernel so', (_, asked, kept) => {
  expect(stepsOf(answerOf(V1, asked), 'kernel')).toEqual(kept);
});

test('a tunnel that BIRD can not set up keeps a route out of the kernel', () => {
  const explained = explainedOf(V1);
  const problem = {
    code: 'unsupported-by-bird',
    key: '/calico/v1/ipam/v4/pool/198.18.0.0-16',
    reason: '',
    action: '',
  } as const;

  const answer = explainPrefix({ ...explained, problems: [problem] }, prefix('198.18.9.0/26'));

  expect(stepsOf(answer, 'kernel').at(-1)).toBe(
    "reject it is in the pool 198.18.0.0/16, and this BIRD can't set up IPIP",
  );
  expect(answer.problems).toEqual([problem]);
});

test('sessions inside of our AS tell nothing that another one told', () => {
  const keys = { ...V1, 'bgp/v1/host/node-b/ip_addr_v4': '192.0.2.2' };

  expect(stepsOf(answerOf(keys, '198.18.9.0/26'), 'export', 'Mesh_192_0_2_2')[0]).toBe(
    'reject if it is learnt from a peer in our AS that is no client of ours BGP itself tells nothing from one internal peer to another (RFC 4456)',
  );
});

test('a reflector passes on what it has, and has no kernel to fill', () => {
  const answer = answerOf(V1, '198.18.9.0/26', reflectorAt('192.0.2.9'));

  expect(answer.filters.map(({ filter, sessions }) => [filter, sessions])).toEqual([
    ['export', ['Global_192_0_2_1']],
    ['import', ['Global_192_0_2_1']],
  ]);
  expect(stepsOf(answer, 'export')).toEqual(['accept a reflector passes on whatever it has']);
});

describe('by the rules of Calico 3', () => {
  const bgp = { ipv4Address: '192.0.2.1/24' };
  const base: Keys = {
    ...resource('bgpconfigurations', 'default', {
      serviceClusterIPs: [{ cidr: '10.96.0.0/12' }],
      communities: [{ name: 'fast', value: '65000:1' }],
      prefixAdvertisements: [{ cidr: '198.18.0.0/16', communities: ['fast'] }],
    }),
    ...resource('nodes', 'node-a', { bgp }),
    ...resource('ippools', 'plain', { cidr: '198.18.0.0/16' }),
    ...resource('ippools', 'silent', { cidr: '198.19.0.0/16', disableBGPExport: true }),
    ...resource('ippools', 'vxlan', { cidr: '198.20.0.0/16', vxlanMode: 'Always' }),
    'ipam/v2/host/node-a/ipv4/block/198.18.1.0-26': { state: 'confirmed' },
    ...resource('bgppeers', 'tor', { peerIP: '192.0.2.9', asNumber: 65009, filters: ['rules'] }),
    ...resource('bgpfilters', 'rules', {
      exportV4: [
        { action: 'Reject', matchOperator: 'Equal', cidr: '198.18.7.0/24' },
        {
          action: 'Reject',
          matchOperator: 'In',
          cidr: '198.18.8.0/24',
          prefixLength: { min: 26, max: 28 },
        },
        { action: 'Accept', peerType: 'iBGP', matchOperator: 'In', cidr: '0.0.0.0/0' },
        { action: 'Accept', source: 'RemotePeers', matchOperator: 'In', cidr: '198.18.9.0/24' },
      ],
      importV4: [
        { action: 'Reject', communities: { values: ['65000:9'] } },
        { action: 'Reject', matchOperator: 'NotIn', cidr: '198.18.0.0/15' },
      ],
    }),
  };
  const OWN =
    "reject if it goes out by bpf*.cali routes of Felix's eBPF data plane are this node's alone";
  const COMMUNITIES = 'change it gets the communities 65000:1';

  test.each<[title: string, asked: string, told: readonly string[]]>([
    [
      'a block',
      '198.18.1.0/26',
      [COMMUNITIES, 'accept it is the block 198.18.1.0/26 of this node'],
    ],
    [
      'what is in it',
      '198.18.1.7',
      [
        OWN,
        COMMUNITIES,
        'accept if its metric is below 1024 it is preferred to what its block is told with',
        'reject the block 198.18.1.0/26 of this node is told in its place',
      ],
    ],
    ['what a rule names', '198.18.7.0/24', ['reject export rule 1 of the BGPFilter rules']],
    [
      'what a rule has the length of',
      '198.18.8.0/27',
      ['reject export rule 2 of the BGPFilter rules'],
    ],
    ['what is longer', '198.18.8.0/29', [OWN, COMMUNITIES, IN_POOL]],
    [
      'what a rule takes of peers alone',
      '198.18.9.0/24',
      [
        'accept if it is learnt from a peer export rule 4 of the BGPFilter rules',
        OWN,
        COMMUNITIES,
        IN_POOL,
      ],
    ],
    [
      'a pool that is silent',
      '198.19.1.0/24',
      ["reject the pool 198.19.0.0/16 isn't told (disableBGPExport)"],
    ],
    ['the range of services', '10.96.0.0/12', ['accept it is in 10.96.0.0/12, told as services']],
  ])('%s is told so', (_, asked, told) => {
    expect(stepsOf(answerOf(base, asked), 'export')).toEqual(told);
  });

  test.each<[title: string, asked: string, taken: readonly string[]]>([
    [
      'what no rule names',
      '198.18.1.0/24',
      [
        'reject if it has the community 65000:9 import rule 1 of the BGPFilter rules',
        'accept whatever a peer tells is taken',
      ],
    ],
    [
      'what a rule refuses',
      '198.20.0.0/24',
      [
        'reject if it has the community 65000:9 import rule 1 of the BGPFilter rules',
        'reject import rule 2 of the BGPFilter rules',
      ],
    ],
  ])('%s is taken so', (_, asked, taken) => {
    expect(stepsOf(answerOf(base, asked), 'import')).toEqual(taken);
  });

  test.each([
    [
      '198.20.1.0/24',
      "reject it is in the pool 198.20.0.0/16, whose routes are Felix's (it is VXLAN)",
    ],
    [
      '10.96.0.0/24',
      "reject it is in the services' range 10.96.0.0/12, to which this node has a way of its own",
    ],
    ['198.18.9.0/24', IN_POOL],
  ])('%s reaches the kernel so', (asked, kept) => {
    expect(stepsOf(answerOf(base, asked), 'kernel')).toEqual([kept]);
  });

  test('a BIRD that does not know the interface of what is learnt goes by the rest of a rule', () => {
    const rule = { matchOperator: 'In', interface: 'eth1' };
    const explained = explainedOf({
      ...base,
      ...resource('bgpfilters', 'rules', {
        importV4: [
          { ...rule, action: 'Accept', cidr: '198.18.0.0/16' },
          { ...rule, action: 'Reject', cidr: '198.18.1.0/24' },
        ],
      }),
    });
    const problems = interfaceProblems(explained.plan.ipv4.extras.filters, {
      knowsInterfaceOnImport: false,
      pathHasOwnAsn: false,
    });
    const asked = prefix('198.18.1.0/24');

    expect(stepsOf(explainPrefix(explained, asked), 'import')).toEqual([
      'accept if it goes out by an interface eth1 import rule 1 of the BGPFilter rules',
      'reject if it goes out by an interface eth1 import rule 2 of the BGPFilter rules',
      'accept whatever a peer tells is taken',
    ]);
    expect(stepsOf(explainPrefix({ ...explained, problems }, asked), 'import')).toEqual([
      'reject import rule 2 of the BGPFilter rules',
    ]);
  });

  test('a node that reflects tells services as one that passes them on, before it tells them as its own', () => {
    const keys = {
      ...base,
      ...resource('bgpconfigurations', 'default', {
        serviceLoadBalancerIPs: [{ cidr: '203.0.113.0/24' }],
      }),
      ...resource('nodes', 'node-a', { bgp: { ...bgp, routeReflectorClusterID: '1.0.0.1' } }),
    };

    expect(stepsOf(answerOf(keys, '203.0.113.0/24'), 'export')).toEqual([
      'accept it is in 203.0.113.0/24, which this node passes on as a reflector',
    ]);
  });
});
