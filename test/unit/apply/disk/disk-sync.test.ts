import { openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ApplyError } from '../../../../src/apply/apply-error.js';
import { DiskSync } from '../../../../src/apply/disk/disk-sync.js';
import { systemClock } from '../../../../src/base/clock.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { waitFor } from '../../../support/wait-for.js';
import { diskSiteForTest, filesOf, namesIn } from './disk-site.js';

/** A disk that answers when it is told to. */
class SlowDisk {
  readonly asked: number[] = [];
  readonly #answers: { resolve: () => void; reject: (error: Error) => void }[] = [];

  readonly fsync = (descriptor: number): Promise<void> => {
    this.asked.push(descriptor);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  };

  answer(): void {
    for (const { resolve } of this.#answers.splice(0)) {
      resolve();
    }
  }

  fail(error: Error): void {
    for (const { reject } of this.#answers.splice(0)) {
      reject(error);
    }
  }
}

describe('a disk that answers', () => {
  test('has kept all that it was asked for when sync resolves', async () => {
    const [slow, clock] = [new SlowDisk(), new ManualClock()];
    const disk = new DiskSync({ clock, fsync: slow.fsync });

    const synced = disk.sync([7, 8]);
    slow.answer();

    await expect(synced).resolves.toBeUndefined();
    expect(slow.asked).toEqual([7, 8]);
    expect(disk.answered).toBeUndefined();
    expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('is asked by fsync(2) unless told otherwise', async () => {
    const descriptor = openSync(await folderForTest(), 'r');
    const disk = new DiskSync({ clock: systemClock });

    await expect(disk.sync([descriptor])).resolves.toBeUndefined();
    await expect(disk.sync([-1])).rejects.toThrow('out of range');
  });

  test('with an error is no disk that hangs', async () => {
    const [slow, clock] = [new SlowDisk(), new ManualClock()];
    const disk = new DiskSync({ clock, fsync: slow.fsync });

    const synced = disk.sync([7]);
    slow.fail(new Error('EIO: i/o error'));

    await expect(synced).rejects.toThrow('EIO');
    expect(disk.answered).toBeUndefined();
    expect(() => disk.assertAnswered()).not.toThrow();
  });
});

describe('a disk that hangs', () => {
  test.each([
    [undefined, 30_000],
    [500, 500],
  ])('with a limit of %s ms is given up after %s ms', async (syncTimeoutMs, limitMs) => {
    const [slow, clock] = [new SlowDisk(), new ManualClock()];
    const disk = new DiskSync({
      clock,
      fsync: slow.fsync,
      ...(syncTimeoutMs !== undefined && { syncTimeoutMs }),
    });
    const failed = disk.sync([7]).catch((error: unknown) => error);

    clock.advance(limitMs - 1);
    expect(disk.answered).toBeUndefined();
    clock.advance(1);
    const error = await failed;

    expect(error).toBeInstanceOf(ApplyError);
    expect(error).toMatchObject({
      message: `the disk has not kept it within ${limitMs} ms`,
      advice: 'look for errors of that disk (dmesg), or of the server that it is mounted from',
      isRetryable: true,
    });
  });

  test('is not asked again until it has answered, and then it is as before', async () => {
    const [slow, clock] = [new SlowDisk(), new ManualClock()];
    const disk = new DiskSync({ clock, fsync: slow.fsync });
    const failed = disk.sync([7]).catch(() => {});
    clock.advance(30_000);
    await failed;

    expect(() => disk.assertAnswered()).toThrow(
      'the disk still has not kept what it was given before',
    );
    const { answered } = disk;
    slow.answer();
    await answered;

    expect(disk.answered).toBeUndefined();
    expect(() => disk.assertAnswered()).not.toThrow();
  });

  test('and then fails is one that has answered', async () => {
    const [slow, clock] = [new SlowDisk(), new ManualClock()];
    const disk = new DiskSync({ clock, fsync: slow.fsync });
    const failed = disk.sync([7]).catch(() => {});
    clock.advance(30_000);
    await failed;

    const { answered } = disk;
    slow.fail(new Error('EIO'));

    await expect(answered).resolves.toBeUndefined();
    expect(disk.answered).toBeUndefined();
  });

  test('keeps a generation that is given up until it has answered', async () => {
    const slow = new SlowDisk();
    const { generations, layout, clock } = await diskSiteForTest(slow.fsync);
    generations.open([]);
    const { sequence, sync, close } = generations.stage(filesOf('a'), undefined);
    const failed = sync().catch((error: unknown) => error);
    clock.advance(30_000);
    expect(await failed).toBeInstanceOf(ApplyError);

    close();
    generations.discard(sequence);
    expect(namesIn(layout.generationsDir)).toEqual(['1']);
    expect(() => generations.stage(filesOf('b'), undefined)).toThrow('still has not kept');

    slow.answer();
    await waitFor(() => namesIn(layout.generationsDir).length === 0, { what: 'the folder to go' });
    expect(generations.stage(filesOf('b'), undefined).folder).toBe(
      join(layout.generationsDir, '2'),
    );
  });

  test('is told of while the link of the current generation waits for it', async () => {
    const slow = new SlowDisk();
    const { generations, clock } = await diskSiteForTest(slow.fsync);

    const failed = generations.syncCurrent(false).catch((error: unknown) => error);
    clock.advance(30_000);

    expect(await failed).toMatchObject({ message: 'the disk has not kept it within 30000 ms' });
    slow.answer();
  });
});
