/** A disk that doesn't answer: passes fail with advice instead of hanging, and a late answer does no harm. */
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { numberedFiles, numbersOnDisk } from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { waitFor } from '../support/wait-for.js';

/** fsync(2) of a disk that can be made to hang: no device of a test machine can. */
class SlowDisk {
  #waiting: (() => void)[] = [];
  isHanging = false;

  /** How many calls wait for an answer. */
  get asked(): number {
    return this.#waiting.length;
  }

  readonly fsync = (): Promise<void> =>
    this.isHanging
      ? new Promise((resolve) => {
          this.#waiting.push(resolve);
        })
      : Promise.resolve();

  /** Answers all that waits, and goes on well. */
  answer(): void {
    this.isHanging = false;
    for (const resolve of this.#waiting.splice(0)) {
      resolve();
    }
  }
}

test('a disk that hangs fails passes, is not asked again while it does, and all is well once it has answered', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const disk = new SlowDisk();
  const applier = await site.open([bird.instance], { fsync: disk.fsync, syncTimeoutMs: 200 });
  await applier.apply(numberedFiles(1));
  const generations = join(site.outputDir, '.birdkeeper/generations');
  disk.isHanging = true;

  expect(await applier.apply(numberedFiles(2))).toMatchObject({
    kind: 'failed',
    step: 'check',
    wrote: false,
    reason: 'the disk has not kept it within 200 ms',
    advice: expect.stringContaining('dmesg'),
  });
  const { asked } = disk;
  expect(await applier.apply(numberedFiles(3))).toMatchObject({
    kind: 'failed',
    step: 'stage',
    reason: 'the disk still has not kept what it was given before',
  });
  expect(disk.asked).toBe(asked);
  expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  expect(await bird.generation()).toBe(1);

  disk.answer();
  await waitFor(async () => (await readdir(generations)).join() === '1', {
    what: 'what was staged in vain to be removed',
  });
  expect(await applier.apply(numberedFiles(4))).toMatchObject({ kind: 'applied', wrote: true });
  expect(await numbersOnDisk(site.outputDir)).toEqual([4, 4]);
  expect(await bird.generation()).toBe(4);
});

test('a disk that hangs after the files became current does not hold up BIRD', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const disk = new SlowDisk();
  const fsync = async (): Promise<void> => {
    // The folder of `current` is synced beside the reload.
    const target = await readlink(join(site.outputDir, '.birdkeeper/current')).catch(() => '');
    disk.isHanging = target === 'generations/2';
    await disk.fsync();
  };
  const applier = await site.open([bird.instance], { fsync, syncTimeoutMs: 200 });
  await applier.apply(numberedFiles(1));

  expect(await applier.apply(numberedFiles(2))).toMatchObject({ kind: 'applied' });

  expect(await bird.generation()).toBe(2);
  expect(site.logger.messages('warn')).toContain(
    'old generations cannot be removed; see that the folder can be written',
  );
  disk.answer();
});
