import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ApplyError } from '../../../src/apply/apply-error.js';
import { Layout, OUTPUT_LOCK_NAME, STATE_LOCK_NAME } from '../../../src/apply/layout.js';
import { type Lock, takeLocks } from '../../../src/apply/lock.js';
import { systemClock } from '../../../src/base/clock.js';
import { runCommand } from '../../support/command.js';
import { folderForTest } from '../../support/folder.js';
import { ManualClock } from '../../support/manual-clock.js';
import { waitFor } from '../../support/wait-for.js';
import { namesIn } from './disk/disk-site.js';

/** Folders that are there; the state directory inside of the output directory unless told. */
async function layoutForTest(state = 'out/.birdkeeper', output = 'out'): Promise<Layout> {
  const dir = await folderForTest();
  const layout = new Layout(join(dir, output), join(dir, state));
  mkdirSync(layout.stateDir, { recursive: true });
  mkdirSync(layout.outputDir, { recursive: true });
  return layout;
}

async function lockForTest(layout: Layout): Promise<Lock> {
  const lock = await takeLocks(layout, systemClock);
  onTestFinished(() => lock.release());
  return lock;
}

/** What a process leaves that was killed: a socket that nobody listens on. */
async function leaveDeadLock(path: string): Promise<void> {
  const listen = `require('net').createServer().listen('${path}', () => process.kill(process.pid, 'SIGKILL'))`;
  await runCommand(process.execPath, ['-e', listen]).catch(() => {});
}

describe('a lock that is free', () => {
  test('is taken in both folders, and leaves nothing behind when it is released', async () => {
    const layout = await layoutForTest('state');

    const lock = await takeLocks(layout, systemClock);
    expect(namesIn(layout.outputDir)).toEqual([OUTPUT_LOCK_NAME]);
    expect(namesIn(layout.stateDir)).toEqual([STATE_LOCK_NAME]);
    await lock.release();

    expect(namesIn(layout.outputDir)).toEqual([]);
    expect(namesIn(layout.stateDir)).toEqual([]);
  });

  test('can be taken again and again', async () => {
    const layout = await layoutForTest();
    for (let count = 0; count < 3; count += 1) {
      const lock = await takeLocks(layout, systemClock);
      await lock.release();
    }

    await expect(lockForTest(layout)).resolves.toBeDefined();
  });

  test('is taken in folders whose paths are longer than those of sockets may be', async () => {
    const long = 'x'.repeat(120);
    const layout = await layoutForTest(`${long}/state`, `${long}/out`);

    await expect(lockForTest(layout)).resolves.toBeDefined();
  });

  test('of another folder is none of its business', async () => {
    await lockForTest(await layoutForTest());

    await expect(lockForTest(await layoutForTest())).resolves.toBeDefined();
  });
});

describe('a lock that somebody holds', () => {
  test('is refused with who holds it and what to do', async () => {
    const layout = await layoutForTest();
    await lockForTest(layout);

    const error = await takeLocks(layout, systemClock).catch((e: unknown) => e);

    expect(error).toBeInstanceOf(ApplyError);
    expect(error).toMatchObject({
      message: `another birdkeeper (process ${process.pid}) works on the same output directory ${layout.outputDir}`,
      advice: 'stop it, or set another --output-dir',
      isRetryable: true,
    });
    expect(namesIn(layout.outputDir)).toEqual(['.birdkeeper', OUTPUT_LOCK_NAME]);
  });

  test('of the state directory alone is refused, and the output directory is free again', async () => {
    const layout = await layoutForTest('state');
    const other = new Layout(join(layout.outputDir, '../other'), layout.stateDir);
    mkdirSync(other.outputDir);
    await lockForTest(layout);

    const error = await takeLocks(other, systemClock).catch((e: unknown) => e);

    expect(error).toMatchObject({
      message: expect.stringContaining(`works on the same state directory ${layout.stateDir}`),
      advice: 'stop it, or set another --state-dir',
    });
    expect(namesIn(other.outputDir)).toEqual([]);
    await expect(lockForTest(new Layout(other.outputDir))).rejects.toThrow('cannot lock');
  });

  test('of the output directory is refused whatever the state directory is', async () => {
    const layout = await layoutForTest('state');
    await lockForTest(layout);

    await expect(takeLocks(new Layout(layout.outputDir), systemClock)).rejects.toThrow(
      'works on the same output directory',
    );
  });

  test('and does not answer is refused all the same, after a while', async () => {
    const layout = await layoutForTest();
    const connections: Socket[] = [];
    const busy = createServer((socket) => {
      connections.push(socket);
    });
    busy.listen(join(layout.outputDir, OUTPUT_LOCK_NAME));
    onTestFinished(() => {
      connections.map((socket) => socket.destroy());
      busy.close();
    });
    const clock = new ManualClock();
    const failed = takeLocks(layout, clock).catch((error: unknown) => error);
    await waitFor(() => Number.isFinite(clock.untilNextMs), { what: 'the question' });

    clock.advance(1_000);

    expect(await failed).toMatchObject({
      message: expect.stringContaining('another birdkeeper (a process that is busy)'),
    });
  });

  test('and can not be asked is refused with why', async () => {
    const layout = await layoutForTest();
    // Too many symbolic links: whether somebody listens there can't be told.
    await runCommand('ln', ['-s', OUTPUT_LOCK_NAME, join(layout.outputDir, OUTPUT_LOCK_NAME)]);

    await expect(takeLocks(layout, systemClock)).rejects.toThrow(
      /another birdkeeper \(one that can't be asked: connect ELOOP/,
    );
  });
});

describe('a lock of a process that is gone', () => {
  test.each([
    ['output', OUTPUT_LOCK_NAME],
    ['state', STATE_LOCK_NAME],
  ])('is taken over in the %s directory', async (which, name) => {
    const layout = await layoutForTest('state');
    const folder = which === 'output' ? layout.outputDir : layout.stateDir;
    await leaveDeadLock(join(folder, name));
    expect(namesIn(folder)).toEqual([name]);

    await lockForTest(layout);

    expect(namesIn(folder)).toEqual([name]);
    await expect(takeLocks(layout, systemClock)).rejects.toThrow('another birdkeeper (process');
  });

  test('is taken over by one of many who try at the same time', async () => {
    const layout = await layoutForTest('state');
    await leaveDeadLock(join(layout.outputDir, OUTPUT_LOCK_NAME));

    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => takeLocks(layout, systemClock)),
    );

    const locks = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    onTestFinished(async () => {
      await Promise.all(locks.map((lock) => lock.release()));
    });
    expect(locks).toHaveLength(1);
    expect(namesIn(layout.outputDir)).toEqual([OUTPUT_LOCK_NAME]);
  });

  test('is left to one that stands before us, and to us when all others are gone', async () => {
    const layout = await layoutForTest('state');
    const lockPath = join(layout.outputDir, OUTPUT_LOCK_NAME);
    await leaveDeadLock(lockPath);
    await leaveDeadLock(`${lockPath}.0-gone.new`);
    const other = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => other.listen(`${lockPath}.0-first.new`, resolve));

    await expect(takeLocks(layout, systemClock)).rejects.toThrow(
      'another birdkeeper (one that is starting) works on the same output directory',
    );
    expect(namesIn(layout.outputDir)).toEqual([
      OUTPUT_LOCK_NAME,
      `${OUTPUT_LOCK_NAME}.0-first.new`,
    ]);
    await new Promise((resolve) => other.close(resolve));

    await expect(lockForTest(layout)).resolves.toBeDefined();
  });

  test('is ours when one that stands behind us gives up', async () => {
    const layout = await layoutForTest('state');
    const lockPath = join(layout.outputDir, OUTPUT_LOCK_NAME);
    await leaveDeadLock(lockPath);
    const other = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => other.listen(`${lockPath}.z-last.new`, resolve));
    const clock = new ManualClock();
    const taken = takeLocks(layout, clock);
    await waitFor(() => clock.untilNextMs === 20, { what: 'the wait for the other' });

    await new Promise((resolve) => other.close(resolve));
    clock.advance(20);

    const lock = await taken;
    await lock.release();
    expect(namesIn(layout.outputDir)).toEqual([]);
  });

  test('may also be a plain file of that name', async () => {
    const layout = await layoutForTest();
    writeFileSync(join(layout.outputDir, OUTPUT_LOCK_NAME), '');

    await expect(lockForTest(layout)).resolves.toBeDefined();
  });
});

describe('a lock whose file somebody removes', () => {
  test.each(['output', 'state'] as const)('is taken again in the %s directory', async (which) => {
    const layout = await layoutForTest('state');
    const lock = await lockForTest(layout);
    const path =
      which === 'output'
        ? join(layout.outputDir, OUTPUT_LOCK_NAME)
        : join(layout.stateDir, STATE_LOCK_NAME);
    const other = new Layout(join(layout.outputDir, '../other'), layout.stateDir);
    mkdirSync(other.outputDir);
    rmSync(path);

    await lock.uphold();

    await expect(takeLocks(which === 'output' ? layout : other, systemClock)).rejects.toThrow(
      `works on the same ${which} directory`,
    );
  });

  test('is refused once another birdkeeper has it, and left to that one', async () => {
    const layout = await layoutForTest('state');
    const first = await takeLocks(layout, systemClock);
    rmSync(join(layout.outputDir, OUTPUT_LOCK_NAME));
    rmSync(join(layout.stateDir, STATE_LOCK_NAME));
    await lockForTest(layout);

    await expect(first.uphold()).rejects.toThrow('another birdkeeper (process');
    await first.release();

    await expect(takeLocks(layout, systemClock)).rejects.toThrow('another birdkeeper (process');
  });

  test('is taken again once its folder is back', async () => {
    const layout = await layoutForTest('state');
    const lock = await lockForTest(layout);
    rmSync(layout.stateDir, { recursive: true });
    await lock.uphold();
    mkdirSync(layout.stateDir);

    await lock.uphold();

    expect(namesIn(layout.stateDir)).toEqual([STATE_LOCK_NAME]);
  });

  test('stays as it is when nobody does', async () => {
    const layout = await layoutForTest('state');
    const lock = await lockForTest(layout);
    const inode = () => statSync(join(layout.stateDir, STATE_LOCK_NAME)).ino;
    const before = inode();

    await lock.uphold();

    expect(inode()).toBe(before);
  });
});

test('a folder that is not there can not be locked, and that is said', async () => {
  const layout = new Layout(join(await folderForTest(), 'none'));

  await expect(takeLocks(layout, systemClock)).rejects.toMatchObject({
    name: 'ApplyError',
    message: expect.stringContaining(`cannot lock the folder ${layout.outputDir}: ENOENT`),
    advice: 'create the missing folder, or set --output-dir',
  });
});

test('a folder that was moved while it was locked is released where it was', async () => {
  const layout = await layoutForTest('state');
  const lock = await takeLocks(layout, systemClock);
  await rename(layout.outputDir, `${layout.outputDir}-moved`);

  await expect(lock.release()).resolves.toBeUndefined();
});
