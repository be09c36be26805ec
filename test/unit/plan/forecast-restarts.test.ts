import { expect, test } from 'vitest';
import { forecastRestarts, summarizeRestarts } from '../../../src/plan/forecast-restarts.js';
import type { Host } from '../../../src/plan/host.js';
import { Planner } from '../../../src/plan/make-plan.js';
import type { Plan } from '../../../src/plan/plan.js';
import type { ReloadHabits } from '../../../src/plan/sessions/terms.js';
import { parseSpeakerAddress } from '../../../src/values/address.js';
import { storeOf } from '../../support/scenario.js';

const BGP = '/calico/bgp/v1';
const B = 'Mesh_192_0_2_2';
const C = 'Mesh_192_0_2_3';
const B6 = 'Mesh_2001_db8__2';

const BASE = {
  [`${BGP}/global/as_num`]: '65100',
  [`${BGP}/host/node-a/ip_addr_v4`]: '192.0.2.1',
  [`${BGP}/host/node-a/ip_addr_v6`]: '2001:db8::1',
  [`${BGP}/host/node-b/ip_addr_v4`]: '192.0.2.2',
  [`${BGP}/host/node-b/ip_addr_v6`]: '2001:db8::2',
  [`${BGP}/host/node-c/ip_addr_v4`]: '192.0.2.3',
  [`${BGP}/global/peer_v4/192.0.2.40`]: '{"ip":"192.0.2.40","as_num":"65100"}',
  [`${BGP}/rr_v4/192.0.2.40`]: '{"ip":"192.0.2.40","cluster_id":"1.0.0.1"}',
};
const G = 'Global_192_0_2_40';

type Keys = Readonly<Record<string, string | undefined>>;

const NODE: Host = {
  role: 'node',
  nodeName: 'node-a',
  acceptsCustomFilters: true,
  refusedStatements: new Map<string, string>(),
};

function reflector(): Host {
  const ipv4 = parseSpeakerAddress('192.0.2.40', 'ipv4');
  if (!ipv4.ok) {
    throw new Error(ipv4.reason);
  }
  return { ...NODE, role: 'reflector', nodeName: 'rr', ipv4: ipv4.value };
}

function planOf(keys: Keys, host = NODE, planner = new Planner()): Plan {
  const entries = Object.entries(keys).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value }],
  );
  return planner.plan(storeOf(entries).cluster(), host).plan;
}

const BIRD1: ReloadHabits = {
  restartsForNextHop: true,
  restartsForListening: false,
  restartsForGeneration: false,
};
const BIRD2: ReloadHabits = { ...BIRD1, restartsForNextHop: false, restartsForListening: true };
const CALICO: ReloadHabits = { ...BIRD1, restartsForGeneration: true };

/** Session and reasons, a line each. */
function forecast(change: Keys, host = NODE, habits = BIRD2): readonly string[] {
  const restarts = forecastRestarts(
    planOf(BASE, host),
    planOf({ ...BASE, ...change }, host),
    habits,
  );
  return restarts.map(({ protocolName, reasons }) => `${protocolName}: ${reasons.join('; ')}`);
}

test.each<[what: string, change: Keys]>([
  ['nothing', {}],
  ['a node added', { [`${BGP}/host/node-d/ip_addr_v4`]: '192.0.2.4' }],
  ['a node removed', { [`${BGP}/host/node-c/ip_addr_v4`]: undefined }],
  ['a node that moves to another address', { [`${BGP}/host/node-c/ip_addr_v4`]: '192.0.2.33' }],
  [
    'a peer added',
    { [`${BGP}/global/peer_v4/192.0.2.50`]: '{"ip":"192.0.2.50","as_num":"65001"}' },
  ],
  ['a pool', { '/calico/v1/ipam/v4/pool/198.18.0.0-16': '{"cidr":"198.18.0.0/16"}' }],
  ['a block', { '/calico/ipam/v2/host/node-a/ipv4/block/198.18.0.0-26': '{}' }],
  ['raw statements', { [`${BGP}/global/custom_filters/v4/a`]: 'reject;' }],
  ['the log level', { [`${BGP}/global/loglevel`]: 'debug' }],
  ['the cluster id of another', { [`${BGP}/rr_v4/192.0.2.40`]: '{"ip":"192.0.2.40"}' }],
  ['the default AS number, said for this node alone', { [`${BGP}/host/node-a/as_num`]: '65100' }],
  ['the family away', { [`${BGP}/host/node-a/ip_addr_v6`]: undefined }],
])('no restart of a node: %s', (_, change) => {
  expect(forecast(change)).toEqual([]);
});

test.each<[what: string, change: Keys, expected: readonly string[]]>([
  [
    "this node's IPv4 address, of which its router id is made",
    { [`${BGP}/host/node-a/ip_addr_v4`]: '192.0.2.9' },
    [
      ...[B, C, G].map(
        (name) =>
          `${name}: the router id changes 192.0.2.1 → 192.0.2.9; this host's IPv4 address changes 192.0.2.1 → 192.0.2.9`,
      ),
      `${B6}: the router id changes 192.0.2.1 → 192.0.2.9`,
    ],
  ],
  [
    "this node's IPv6 address",
    { [`${BGP}/host/node-a/ip_addr_v6`]: '2001:db8::9' },
    [`${B6}: this host's IPv6 address changes 2001:db8::1 → 2001:db8::9`],
  ],
  [
    "this node's AS number",
    { [`${BGP}/host/node-a/as_num`]: '65001' },
    [B, C, G, B6].map((name) => `${name}: this host's AS number changes 65100 → 65001`),
  ],
  [
    "another node's AS number",
    { [`${BGP}/host/node-b/as_num`]: '65001' },
    [B, B6].map((name) => `${name}: the neighbor's AS number changes 65100 → 65001`),
  ],
  [
    'the mesh session to a node in place of the peering that somebody asked for',
    {
      [`${BGP}/global/peer_v4/192.0.2.40`]: undefined,
      [`${BGP}/host/node-r/ip_addr_v4`]: '192.0.2.40',
    },
    ['Mesh_192_0_2_40: it was called Global_192_0_2_40'],
  ],
])('restart on a node: %s', (_, change, expected) => {
  expect(forecast(change)).toEqual(expected);
});

test.each<[what: string, change: Keys, expected: readonly string[]]>([
  ['a node added', { [`${BGP}/host/node-d/ip_addr_v4`]: '192.0.2.4' }, []],
  ['the AS number that only nodes have', { [`${BGP}/host/node-b/as_num`]: '65001' }, []],
  [
    'another reflector',
    { [`${BGP}/rr_v4/192.0.2.41`]: '{"ip":"192.0.2.41","cluster_id":"1.0.0.1"}' },
    [],
  ],
  [
    'the cluster id',
    { [`${BGP}/rr_v4/192.0.2.40`]: '{"ip":"192.0.2.40","cluster_id":"1.0.0.2"}' },
    ['2', '3', '1'].map((n) => `Global_192_0_2_${n}: the cluster id changes 1.0.0.1 → 1.0.0.2`),
  ],
  [
    'the AS number of the peering',
    { [`${BGP}/global/peer_v4/192.0.2.40`]: '{"ip":"192.0.2.40","as_num":"65001"}' },
    ['1', '2', '3'].map(
      (n) =>
        `Global_192_0_2_${n}: this host's AS number changes 65100 → 65001; the neighbor's AS number changes 65100 → 65001`,
    ),
  ],
  [
    'a client that becomes a reflector',
    { [`${BGP}/rr_v4/192.0.2.2`]: '{"ip":"192.0.2.2","cluster_id":"1.0.0.1"}' },
    [
      'Mesh_192_0_2_2: it was called Global_192_0_2_2; the neighbor is no client any more of this reflector',
    ],
  ],
])('on a reflector: %s', (_, change, expected) => {
  expect([...forecast(change, reflector())].sort()).toEqual([...expected].sort());
});

test('plans that share their sessions, as those of a daemon do, give the same forecast', () => {
  const planner = new Planner();
  const before = planOf(BASE, NODE, planner);
  const keys = { ...BASE, [`${BGP}/host/node-c/as_num`]: '65001' };

  expect(forecastRestarts(before, planOf(keys, NODE, planner), BIRD2)).toEqual(
    forecastRestarts(before, planOf(keys), BIRD2),
  );
});

test('a summary tells what all have in common, and stays short', () => {
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, n) => [
      `${BGP}/host/node-x${n + 10}/ip_addr_v4`,
      `192.0.2.${n + 100}`,
    ]),
  );
  const before = planOf({ ...BASE, ...many });
  const after = planOf({
    ...BASE,
    ...many,
    [`${BGP}/host/node-a/ip_addr_v4`]: '192.0.2.9',
    [`${BGP}/host/node-b/as_num`]: '65001',
  });

  const summary = summarizeRestarts(forecastRestarts(before, after, BIRD2), after);

  expect(summary.count).toBe(34);
  expect(summary.sessions).toHaveLength(20);
  expect(summary.reasons).toEqual([
    'all 34 sessions: the router id changes 192.0.2.1 → 192.0.2.9',
    `${B}, ${B6}: the neighbor's AS number changes 65100 → 65001`,
    `${B}, ${C}, Mesh_192_0_2_100, Mesh_192_0_2_101, Mesh_192_0_2_102 and 28 more: this host's IPv4 address changes 192.0.2.1 → 192.0.2.9`,
  ]);
});

const LISTENING: readonly [
  what: string,
  listening: (plan: Plan) => Plan,
  expected: readonly string[],
][] = [
  [
    'another port',
    (plan) => ({ ...plan, listenPort: 1790 }),
    [B, C, B6].map((name) => `${name}: the BGP port changes 179 → 1790`),
  ],
  [
    'its own address of a family alone',
    (plan) => ({
      ...plan,
      ipv6: { ...plan.ipv6, extras: { ...plan.ipv6.extras, bindsAddress: true } },
    }),
    [`${B6}: where BIRD listens for IPv6 changes any address → this host's address`],
  ],
];

test.each(LISTENING)('sessions restart when BIRD is to listen on %s', (_, listening, expected) => {
  const { [`${BGP}/global/peer_v4/192.0.2.40`]: _peer, ...mesh } = BASE;
  const before = planOf(mesh);

  const restarts = forecastRestarts(before, listening(before), BIRD2);

  expect(
    restarts.map(({ protocolName, reasons }) => `${protocolName}: ${reasons.join('; ')}`),
  ).toEqual(expected);
  expect(forecastRestarts(before, listening(before), BIRD1)).toEqual([]);
});

const POOL3 = {
  '/calico/resources/v3/projectcalico.org/ippools/p':
    '{"metadata":{"name":"p"},"spec":{"cidr":"198.18.0.0/16"}}',
};

test.each<[bird: string, habits: ReloadHabits, expected: readonly string[]]>([
  // Only who dials is another rule: the end with the lower address.
  [
    '2',
    BIRD2,
    [
      `${B}: only the neighbor dials`,
      `${C}: only the neighbor dials`,
      `${B6}: only the neighbor dials`,
    ],
  ],
  [
    '1',
    BIRD1,
    [
      ...[B, C].map((name) => `${name}: only the neighbor dials; the next hop changes self → none`),
      `${G}: the next hop changes self → none`,
      `${B6}: only the neighbor dials; the next hop changes self → none`,
    ],
  ],
  [
    "1 of Calico's",
    CALICO,
    [
      ...[B, C].map(
        (name) =>
          `${name}: the generation changes Calico 2 → Calico 3; only the neighbor dials; the next hop changes self → none`,
      ),
      `${G}: the generation changes Calico 2 → Calico 3; the next hop changes self → none`,
      `${B6}: the generation changes Calico 2 → Calico 3; only the neighbor dials; the next hop changes self → none`,
    ],
  ],
])('the first resource of Calico 3 beside keys of Calico 2, on BIRD %s', (_, habits, expected) => {
  expect(forecast(POOL3, NODE, habits)).toEqual(expected);
});

test('a session whose port changes is restarted, and one of two at an address is told from the other', () => {
  const peer = (name: string, port: number) => ({
    [`/calico/resources/v3/projectcalico.org/bgppeers/${name}`]: `{"metadata":{"name":"${name}"},"spec":{"peerIP":"192.0.2.50:${port}","asNumber":65100}}`,
  });
  const planner = new Planner();
  const [before, after] = [peer('b', 1179), peer('b', 1181)].map((b) =>
    planOf({ ...BASE, ...peer('a', 1180), ...b }, NODE, planner),
  );

  expect(before && after && forecastRestarts(before, after, BIRD2)).toMatchObject([
    { protocolName: 'Global_192_0_2_50_port_1181' },
  ]);
});
