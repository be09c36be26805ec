import { describe, expect, test } from 'vitest';
import type { BgpSession } from '../../../src/apply/birdc/show-protocols.js';
import { type NamedBirdReport, statusText } from '../../../src/cli/status-text.js';
import type { DaemonStatus } from '../../../src/observe/status.js';
import { statusWith } from '../observe/status-fixture.js';
import { sessionWith } from './status-fixture.js';

const BIRD = { daemon: 'bird', isUp: true, since: 0, isNeeded: true } as const;
const loaded = (sequence: number, isInProgress = false) => ({
  sequence,
  digest: 'd',
  at: 0,
  isInProgress,
});

/** The lines about what the BIRDs run, of a host with generation 7 on disk. */
function linesOf(...birds: DaemonStatus['birds']): readonly string[] {
  const daemon = {
    version: '1',
    node: 'node-a',
    role: 'node',
    dialect: 'bird2',
    startedAt: 0,
    datastore: { description: 'etcd', state: 'following', snapshots: 1 },
    sessions: { ipv4: 0, ipv6: 0 },
    plannedSessions: [],
    problems: [],
    generation: { sequence: 7, digest: 'd' },
    birds,
  } as unknown as DaemonStatus;
  const text = statusText({ daemon, role: 'node', birds: [], missing: [] });
  return text.split('\n').filter((line) => /^BIRD6?:/.test(line));
}

test.each([
  [
    'the older generation that BIRD runs',
    loaded(5),
    'BIRD: runs generation 5, loaded 1970-01-01 00:00:00 UTC',
  ],
  ['a BIRD that confirmed nothing', undefined, 'BIRD: has not confirmed any generation'],
  ['a BIRD that is not done yet', loaded(7, true), 'BIRD: still bringing protocols to it'],
])('%s is named', (_, run, line) => {
  expect(linesOf({ ...BIRD, ...(run && { loaded: run }) })).toEqual([line]);
});

test('of two BIRDs the one that is away is named', () => {
  const away = { ...BIRD, daemon: 'bird6', isUp: false } as const;
  expect(linesOf({ ...BIRD, loaded: loaded(7) }, away)).toEqual(['BIRD6: away']);
});

test('nothing is said of a BIRD that runs what stands, nor of one that is not needed', () => {
  const unused = { ...BIRD, daemon: 'bird6', isUp: false, isNeeded: false } as const;
  expect(linesOf({ ...BIRD, loaded: loaded(7) }, unused)).toEqual([]);
});

function bird(sessions: readonly BgpSession[], parts: Partial<NamedBirdReport> = {}) {
  const condition = 'Daemon is up and running';
  return {
    daemon: 'bird',
    version: '2.0.12',
    routerId: '192.0.2.1',
    condition,
    sessions,
    ...parts,
  } as const;
}

const AT = Date.UTC(2026, 10, 24, 8, 30, 5, 999);

/** The lines about the daemon alone. */
function daemonLines(parts: Parameters<typeof statusWith>[0]): readonly string[] {
  const text = statusText({ daemon: statusWith(parts), role: 'node', birds: [], missing: [] });
  return text.slice(0, text.indexOf('\n\n')).split('\n');
}

describe('the status as text', () => {
  test('says that BIRD is in graceful restart recovery, below the BIRD', () => {
    const recovering = bird([], { recovery: { waitingFor: 1, secondsLeft: 30 } });
    const text = statusText({ role: 'node', birds: [recovering], missing: [] });

    expect(text.split('\n').slice(0, 2)).toEqual([
      'BIRD 2.0.12, router id 192.0.2.1: Daemon is up and running',
      'BIRD: graceful restart recovery is running: new routes are held back until 1 neighbor more have answered, 30 s at the longest',
    ]);
  });

  test('says that a generation is on trial', () => {
    expect(daemonLines({ trial: { sequence: 8, until: AT } })).toContain(
      'Trial: generation 8 is on trial: BIRD undoes it at 2026-11-24T08:30:05.999Z unless the sessions of before come back',
    );
  });

  test('says loudly that an operator has rolled back, and what is wrong with it', () => {
    const pinned = { sequence: 5, since: AT, reason: 'it is not on disk' };

    expect(daemonLines({ pinned })).toContain(
      'ROLLED BACK since 2026-11-24 08:30:05 UTC: an operator rolled back to generation 5, which BIRD does not run: it is not on disk; nothing newer is applied until `birdkeeper resume`',
    );
  });

  test('says which Calico is read, and what of it is not known', () => {
    const paths = ['spec.future', 'spec.bgp.future'];
    const input = { calico: 'v3', unknownFields: { nodes: { count: 3, paths } } } as const;

    expect(daemonLines({ input })).toEqual(
      expect.arrayContaining([
        'Holds resources of Calico 3',
        '3 fields of nodes are not known here and are ignored: spec.future, spec.bgp.future',
      ]),
    );
  });

  test('of a host without a daemon has its BIRD and its sessions', () => {
    expect(statusText({ role: 'node', birds: [bird([sessionWith('Mesh_a')])], missing: [] })).toBe(
      `BIRD 2.0.12, router id 192.0.2.1: Daemon is up and running

IPv4 BGP status
+--------------+-------------------+-------+----------+-------------+
| PEER ADDRESS | PEER TYPE         | STATE | SINCE    | INFO        |
+--------------+-------------------+-------+----------+-------------+
| 192.0.2.2    | node-to-node mesh | up    | 12:00:00 | Established |
+--------------+-------------------+-------+----------+-------------+

IPv6 BGP status
No IPv6 peers found.`,
    );
  });

  test('has sessions of each family in a table of its own, and planned ones that are missing', () => {
    const birds = [
      bird([sessionWith('Mesh_b', { neighbor: '2001:db8::2' })]),
      bird([], { daemon: 'bird6', version: '1.6.8' }),
    ];
    const missing = [{ name: 'Global_c', remoteAddress: '192.0.2.3' }];

    const text = statusText({ role: 'node', birds, missing });

    expect(text).toContain('BIRD6 1.6.8, router id 192.0.2.1');
    const [, ipv4 = '', ipv6 = ''] = text.split(/\nIPv[46] BGP status\n/);
    expect(ipv4).toContain('| 192.0.2.3    | global    | missing |       | planned, not in BIRD |');
    expect(ipv6).toContain('| 2001:db8::2  | node-to-node mesh | up ');
  });

  test('of a BIRD that does not tell its router id says so', () => {
    const report = {
      daemon: 'bird',
      version: '3.4.0',
      condition: 'Shutdown',
      sessions: [],
    } as const;

    expect(statusText({ role: 'node', birds: [report], missing: [] })).toMatch(
      /^BIRD 3\.4\.0, router id unknown: Shutdown\n/,
    );
  });

  test.each([
    ['Mesh_192_0_2_2', 'node', 'node-to-node mesh'],
    ['Mesh_192_0_2_2', 'reflector', 'route reflector mesh'],
    ['Global_192_0_2_2', 'node', 'global'],
    ['Node_192_0_2_2', 'reflector', 'node specific'],
    ['uplink', 'node', 'other'],
    ['', 'node', 'other'],
  ] as const)('calls the session %s of a %s "%s"', (name, role, type) => {
    const text = statusText({ role, birds: [bird([sessionWith(name)])], missing: [] });

    expect(text).toMatch(new RegExp(`\\| 192\\.0\\.2\\.2 +\\| ${type} +\\|`));
  });

  test('names a session by its protocol where BIRD does not tell the neighbor', () => {
    const { neighbor: _, ...rest } = sessionWith('Mesh_x');

    expect(statusText({ role: 'node', birds: [bird([rest])], missing: [] })).toContain('| Mesh_x ');
  });
});

describe('what the daemon says of itself', () => {
  test('before it has heard anything', () => {
    expect(daemonLines({})).toEqual([
      'birdkeeper 1.2.3 on node-a (node)',
      'Datastore: etcd3 http://192.0.2.1:2379, connecting',
      'Generation: none yet',
    ]);
  });

  test('while all is well', () => {
    const datastore = { description: 'file /a.yaml', state: 'synced', heardAt: AT, snapshots: 1 };
    const generation = { sequence: 7, digest: '0123456789abcdef', loadedAt: AT };

    expect(daemonLines({ datastore, generation } as Parameters<typeof daemonLines>[0])).toEqual([
      'birdkeeper 1.2.3 on node-a (node)',
      'Datastore: file /a.yaml, synced, last heard from 2026-11-24 08:30:05 UTC',
      'Generation: 7 (0123456789ab), loaded 2026-11-24 08:30:05 UTC',
    ]);
  });

  test('while the datastore is lost and BIRD refuses', () => {
    const lines = daemonLines({
      datastore: {
        description: 'etcd3 x',
        state: 'lost',
        reason: 'etcd at x is not reachable',
        snapshots: 1,
      },
      generation: { sequence: 8, digest: 'ffffffffffffffff' },
      lastPass: {
        outcome: 'refused',
        at: AT,
        durationMs: 1,
        stagesMs: {},
        causes: [],
        changes: [],
        reason: 'bird.cfg:3 syntax error',
      },
      problems: [
        { code: 'invalid-value', key: '/k', reason: 'it is bad', action: 'left out', since: AT },
      ],
    });

    expect(lines.slice(1)).toEqual([
      'Datastore: etcd3 x, lost: etcd at x is not reachable',
      'Generation: 8 (ffffffffffff), not loaded yet',
      'Last pass: refused: bird.cfg:3 syntax error',
      'Problem: /k: it is bad; left out',
    ]);
  });
});
