import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  readBirdVersionText,
  readProgramVersion,
  readRunningVersion,
} from '../../../src/apply/bird-version.js';
import { BirdSocketError } from '../../../src/apply/birdc/control-client.js';
import { processAt } from '../../../src/apply/process-at.js';
import { readBird } from '../../../src/apply/read-bird.js';
import { systemClock } from '../../../src/base/clock.js';
import { folderForTest } from '../../support/folder.js';
import { writeScript } from '../../support/stand-in.js';
import { tools } from '../../support/tools.js';
import { PROTOCOLS_2, STATUS_2, STATUS_2_BUSY } from './birdc/recorded.js';
import { talkingBirdForTest } from './birdc/talking-bird.js';

describe('a running BIRD', () => {
  test('is told with its version, condition, router id, time of its configuration and sessions', async () => {
    const bird = await talkingBirdForTest({
      'show status': STATUS_2,
      'show protocols all': PROTOCOLS_2,
    });

    const { sessions, ...report } = await readBird(bird, systemClock);

    expect(report).toEqual({
      version: '2.0.12',
      condition: 'Daemon is up and running',
      routerId: '172.17.42.31',
      lastReconfiguration: '2026-11-23 04:43:41.594',
    });
    expect(sessions.map(({ name }) => name)).toEqual([
      'Mesh_172_17_42_30',
      'Mesh_2001_db8__30',
      'Node_172_17_42_98',
    ]);
    expect(bird.asked).toEqual(['show status', 'show protocols all']);
  });

  test('that is reconfiguring says so', async () => {
    const replies = { 'show status': STATUS_2_BUSY, 'show protocols all': PROTOCOLS_2 };
    const bird = await talkingBirdForTest(replies);

    await expect(readBird(bird, systemClock)).resolves.toMatchObject({
      condition: 'Reconfiguration in progress',
    });
  });

  test('that does not tell its router id is told without', async () => {
    const bird = await talkingBirdForTest(
      { 'show status': '0013 Daemon is up and running', 'show protocols all': '0000 ' },
      '0001 BIRD v0.3.3+birdv1.6.8 ready.',
    );

    await expect(readBird(bird, systemClock)).resolves.toEqual({
      version: 'v0.3.3+birdv1.6.8',
      condition: 'Daemon is up and running',
      sessions: [],
    });
  });

  test('that is away is an error', async () => {
    const socketPath = join(await folderForTest(), 'bird.ctl');

    await expect(readBird({ socketPath }, systemClock)).rejects.toThrow(BirdSocketError);
  });
});

describe('the version of BIRD', () => {
  test.each([
    ['0001 BIRD 1.6.8 ready.', 'BIRD 1.6.8 ready.'],
    ['0001 BIRD 3.4.0 ready.', 'BIRD 3.4.0 ready.'],
    ['0001 BIRD v0.3.3+birdv1.6.8 ready.', 'BIRD v0.3.3+birdv1.6.8 ready.'],
    ['0001 FRR 9.1 ready.', undefined],
  ])('as the running one says it: %s', async (banner, version) => {
    const { socketPath } = await talkingBirdForTest({}, banner);

    expect(await readRunningVersion(socketPath, systemClock)).toBe(version);
  });

  test('is unknown where none runs', async () => {
    const socketPath = join(await folderForTest(), 'bird.ctl');

    expect(await readRunningVersion(socketPath, systemClock)).toBeUndefined();
  });

  test.each([
    ['echo "BIRD version 2.0.12" >&2', 'BIRD version 2.0.12'],
    ['echo "BIRD version v0.3.3+birdv1.6.8"', 'BIRD version v0.3.3+birdv1.6.8'],
    ['echo noise; echo "BIRD version 3.4.0"; exit 1', 'BIRD version 3.4.0'],
    ['echo "busybox"', undefined],
    ['exit 1', undefined],
  ])('as a program says it that does %s', async (body, version) => {
    const program = await writeScript(await folderForTest(), 'bird', body);

    expect(await readProgramVersion(program, systemClock)).toBe(version);
  });

  test('is what this machine has installed', async () => {
    const version = await readProgramVersion(tools.bird2.bird, systemClock);

    expect(version).toMatch(/^BIRD version [23]\.\d+/);
  });

  test('is asked of the running one first: its language counts', async () => {
    const { socketPath } = await talkingBirdForTest({}, '0001 BIRD 1.6.8 ready.');
    const dir = await folderForTest();
    const program = await writeScript(dir, 'bird', 'echo "BIRD version 3.4.0"');

    expect(await readBirdVersionText(program, socketPath)).toBe('BIRD 1.6.8 ready.');
    expect(await readBirdVersionText(program, join(dir, 'bird.ctl'))).toBe('BIRD version 3.4.0');
    expect(await readBirdVersionText(join(dir, 'none'), join(dir, 'bird.ctl'))).toBeUndefined();
  });
});

describe('which process answers at a socket', () => {
  test('is the same while it runs, and another one after a restart', async () => {
    const bird = await talkingBirdForTest({});
    const first = processAt(bird.socketPath);
    expect(first).toMatch(/^\d+:\d+:\d+$/);
    expect(processAt(bird.socketPath)).toBe(first);

    await bird.restart();

    expect(processAt(bird.socketPath)).not.toBe(first);
    expect(processAt(bird.socketPath)).toBeDefined();
  });

  test('is unknown without a socket, or where we may not look', async () => {
    const dir = await folderForTest();

    expect(processAt(join(dir, 'bird.ctl'))).toBeUndefined();
    expect(processAt(join(await writeScript(dir, 'file', ''), 'bird.ctl'))).toBeUndefined();
  });
});
