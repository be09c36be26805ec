import { expect, test } from 'vitest';
import type { BirdState } from '../../../src/apply/bird-states.js';
import { hostProblems } from '../../../src/daemon/host-problems.js';

const BIRD: BirdState = { daemon: 'bird', isUp: true, since: 0, isNeeded: true };
const portTaken = { count: 2, sessions: ['Mesh_a', 'Mesh_b'], holder: 'bird (process 7) has it' };

test('a host where nothing stands in the way has none, also while its BIRD recovers', () => {
  const recovery = { waitingFor: 1, endsBy: 60_000 };
  expect(hostProblems({ birds: [{ ...BIRD, recovery }], isTunnelMissing: false })).toEqual([]);
});

test('a port that is taken is one for each BIRD, with who has it and what to do', () => {
  const birds = [BIRD, { ...BIRD, daemon: 'bird6', portTaken } as const];

  expect(hostProblems({ birds, isTunnelMissing: false })).toEqual([
    {
      code: 'port-taken',
      key: 'port 179',
      reason:
        'bird6 could not open its listening socket, and its sessions are down for that: bird (process 7) has it',
      action:
        "these sessions are started as soon as the port is free; stop what holds it (`ss -ltnp 'sport = :179'` as root names it)",
    },
  ]);
});

test('how many sessions a port costs makes it no other problem: each new session would be news', () => {
  const with3 = { ...portTaken, count: 3, sessions: ['Mesh_a', 'Mesh_b', 'Mesh_c'] };
  const of = (one: typeof portTaken) =>
    hostProblems({ birds: [{ ...BIRD, portTaken: one }], isTunnelMissing: false });

  expect(of(with3)).toEqual(of(portTaken));
});

test('a rollback is one, and the same for as long as it lasts', () => {
  const pinned = { sequence: 7, digest: 'd7', at: 5 };

  expect(hostProblems({ birds: [BIRD], isTunnelMissing: false, pinned })).toEqual([
    {
      code: 'rolled-back',
      key: 'generation 7',
      reason: 'an operator rolled back to it, and what the datastore asks for is not applied',
      action: '`birdkeeper diff` shows what waits; `birdkeeper resume` on this host applies it',
    },
  ]);
});

test('a missing tunnel is one', () => {
  const problems = hostProblems({ birds: [BIRD], isTunnelMissing: true });

  expect(problems.map(({ code, key }) => [code, key])).toEqual([['tunnel-missing', 'tunl0']]);
});

test('a checker of another version is one, with both versions and what that means', () => {
  const otherChecker = { running: '3.1.8', checker: '2.0.12' };

  expect(hostProblems({ birds: [BIRD], isTunnelMissing: false, otherChecker })).toEqual([
    {
      code: 'other-checker',
      key: '--bird',
      reason:
        'the BIRD that runs is 3.1.8, and the program that checks configurations is 2.0.12: it may refuse what BIRD would take, and accept what BIRD refuses',
      action:
        'files are made for the BIRD that runs; set --bird to its program, or run one and the same version',
    },
  ]);
});

test('another writer is one, at the file that it was found by', () => {
  const otherWriterAt = '/etc/calico/confd/config/bird.cfg';

  expect(hostProblems({ birds: [BIRD], isTunnelMissing: false, otherWriterAt })).toMatchObject([
    { code: 'other-writer', key: otherWriterAt, action: expect.stringContaining('confd') },
  ]);
});

test('what failed its trial is one', () => {
  const quarantine = { sequence: 7, reason: 'Mesh_a did not come back', since: 5 };

  expect(hostProblems({ birds: [BIRD], isTunnelMissing: false, quarantine })).toMatchObject([
    {
      code: 'unconfirmed',
      key: 'generation 7',
      reason: 'BIRD has undone it: Mesh_a did not come back',
    },
  ]);
});
