/** The output directory: who may use it, what stood in it before, and what others do to it. */
import { existsSync, readlinkSync, rmSync, statfsSync } from 'node:fs';
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Applier, type Disturbance } from '../../src/apply/applier.js';
import { ApplyError } from '../../src/apply/apply-error.js';
import { OUTPUT_LOCK_NAME } from '../../src/apply/layout.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import {
  filesWithInclude,
  IDLE_CONFIG,
  numberedFiles,
  numbersOnDisk,
  wholeGeneration,
} from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { runCommand } from '../support/command.js';
import type { TestBird } from '../support/start-bird.js';
import { DEADLINE_MS, waitFor } from '../support/wait-for.js';

describe('the lock', () => {
  test('keeps a second birdkeeper out, and names the first', async () => {
    const site = await ApplySite.create();
    await site.open([]);

    const second = site.open([]);

    await expect(second).rejects.toThrow(ApplyError);
    await expect(second).rejects.toThrow(
      `another birdkeeper (process ${process.pid}) works on the same output directory`,
    );
  });

  test('that somebody removed is not fought for with another birdkeeper that has it', async () => {
    const site = await ApplySite.create();
    const { instance } = await site.startBird();
    const first = await site.open([instance]);
    await first.apply(numberedFiles(1));
    rmSync(join(site.outputDir, '.birdkeeper-lock'));
    rmSync(join(site.outputDir, '.birdkeeper/lock'));
    await (await site.open([instance])).apply(numberedFiles(2));

    expect(await first.apply(numberedFiles(3))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('another birdkeeper (process'),
    });
    expect(await numbersOnDisk(site.outputDir)).toEqual([2, 2]);
  });

  test('that somebody removed keeps a second birdkeeper out again from the next pass on', async () => {
    const site = await ApplySite.create();
    const { instance } = await site.startBird();
    const first = await site.open([instance]);
    await first.apply(numberedFiles(1));
    rmSync(join(site.outputDir, '.birdkeeper-lock'));

    expect(await first.apply(numberedFiles(1))).toMatchObject({ kind: 'unchanged' });

    await expect(site.open([instance])).rejects.toThrow('on the same output directory');
  });

  test('is free after a stop', async () => {
    const site = await ApplySite.create();
    await site.open([]);
    await site.closeAll();

    await expect(site.open([])).resolves.toBeDefined();
  });

  test('that was never finished by a process that is gone is removed, that of one that is at it is not', async () => {
    const site = await ApplySite.create();
    const stateDir = join(site.outputDir, '.birdkeeper');
    await mkdir(stateDir);
    const old = [join(site.outputDir, '.birdkeeper-lock.a.new'), join(stateDir, 'lock.b.new')];
    const fresh = join(stateDir, 'lock.c.new');
    for (const path of [...old, fresh]) {
      await writeFile(path, '');
    }
    for (const path of old) {
      await utimes(path, 1, 1);
    }

    await site.open([]);

    expect(old.filter((path) => existsSync(path))).toEqual([]);
    expect(existsSync(fresh)).toBe(true);
  });

  test('of a process that is gone is taken over', async () => {
    const site = await ApplySite.create();
    const lock = join(site.outputDir, '.birdkeeper/lock');
    await mkdir(join(site.outputDir, '.birdkeeper'));
    // What a kill -9 leaves behind: a socket that nobody listens on.
    const listen = `require('net').createServer().listen('${lock}', () => process.kill(process.pid, 'SIGKILL'))`;
    await runCommand(process.execPath, ['-e', listen]).catch(() => {});
    expect(existsSync(lock)).toBe(true);

    await expect(site.open([])).resolves.toBeDefined();
    await expect(site.open([])).rejects.toThrow('another birdkeeper');
  });

  test('is on what is written: another state directory lets nobody in', async () => {
    const site = await ApplySite.create();
    await site.open([], { stateDir: join(site.dir, 'state-1') });

    const second = site.open([], { stateDir: join(site.dir, 'state-2') });

    await expect(second).rejects.toThrow(
      `another birdkeeper (process ${process.pid}) works on the same output directory ${site.outputDir}`,
    );
    // Nor does another output directory with the same state.
    const third = site.open([], {
      outputDir: join(site.dir, 'other'),
      stateDir: join(site.dir, 'state-1'),
    });
    await expect(third).rejects.toThrow('works on the same state directory');
  });

  test('that cannot be asked is not taken from its owner', async () => {
    const site = await ApplySite.create();
    await site.open([]);
    const state = join(site.outputDir, '.birdkeeper');
    // A lock that refers to itself: no connection can be made (ELOOP), which says nothing of its owner.
    await rm(join(site.outputDir, OUTPUT_LOCK_NAME));
    await symlink(OUTPUT_LOCK_NAME, join(site.outputDir, OUTPUT_LOCK_NAME));

    await expect(site.open([])).rejects.toThrow("another birdkeeper (one that can't be asked: ");

    expect(existsSync(join(state, 'lock'))).toBe(true);
  });

  test('is taken by one of many that start at once', async () => {
    const site = await ApplySite.create();

    const starts = await Promise.allSettled(Array.from({ length: 8 }, () => site.open([])));

    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a file of another tool at a fixed path', () => {
  test('is replaced, a copy is kept, and that is said', async () => {
    const site = await ApplySite.create();
    const bird = await site.startBird();
    await writeFile(join(site.outputDir, 'bird.cfg'), '# of confd\n');

    await (await site.open([bird.instance])).apply(numberedFiles(1));

    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    const copy = join(site.outputDir, '.birdkeeper/replaced/bird.cfg.original');
    expect(await readFile(copy, 'utf8')).toBe('# of confd\n');
    expect(site.logger.lines).toContainEqual({
      level: 'warn',
      message: 'replacing a file that is not ours; a copy is kept',
      fields: { file: join(site.outputDir, 'bird.cfg'), copy },
    });
  });

  test('stays when the first configuration is refused', async () => {
    const site = await ApplySite.create();
    const bird = await site.startBird();
    const applier = await site.open([bird.instance]);

    await applier.apply(numberedFiles(1, { more: 'foo;\n' }));

    expect(await readFile(join(site.outputDir, 'bird.cfg'), 'utf8')).toBe(IDLE_CONFIG);
  });
});

describe('files that somebody changes by hand', () => {
  /** No test waits so long: what is noticed was told by events. */
  const NEVER_MS = 2 * DEADLINE_MS;
  const CHANGES: Readonly<Record<string, (outputDir: string) => Promise<void>>> = {
    'a fixed path is removed': (dir) => rm(join(dir, 'bird.cfg')),
    'a fixed path becomes a plain file': async (dir) => {
      await writeFile(join(dir, 'edited'), '# gen 7\n');
      await rename(join(dir, 'edited'), join(dir, 'bird.cfg'));
    },
    'a fixed path leads elsewhere': async (dir) => {
      await rm(join(dir, 'bird.cfg'));
      await symlink('/etc/hostname', join(dir, 'bird.cfg'));
    },
    'a file is written to': (dir) => appendFile(join(dir, 'bird_aggr.cfg'), '# gen 7\n'),
    'a file is removed': async (dir) => rm(join(dir, '.birdkeeper/current', 'bird_aggr.cfg')),
    'all is removed': async (dir) => {
      await rm(join(dir, '.birdkeeper/generations'), { recursive: true });
      await rm(join(dir, 'bird.cfg'));
    },
    'the directory itself is removed': (dir) => rm(dir, { recursive: true }),
  };

  async function applied(auditMs: number) {
    const site = await ApplySite.create();
    const bird = await site.startBird();
    const applier = await site.open([bird.instance], { auditMs });
    await applier.apply(numberedFiles(1));
    const disturbances: Disturbance[] = [];
    applier.watch((disturbance) => disturbances.push(disturbance));
    return { site, bird, applier, disturbances };
  }

  test.each(Object.keys(CHANGES))('%s: noticed, restored and loaded', async (name) => {
    const { site, bird, applier, disturbances } = await applied(NEVER_MS);

    await CHANGES[name]?.(site.outputDir);
    await waitFor(() => disturbances.length > 0, { what: 'the change to be noticed' });

    expect(disturbances).toContainEqual({ kind: 'files' });
    expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied', wrote: true });
    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    expect(await bird.reconfigurations()).toBe(2);
    expect(site.logger.messages('warn')).toContain('files were changed by hand; writing them anew');
  });

  test('are noticed in quiet times by events alone, long after the last attempt', async () => {
    const { site, applier, disturbances } = await applied(NEVER_MS);
    // The events begin a second after an attempt.
    await waitFor(() => applier.watchesEvents, { what: 'the events to begin' });

    await rm(join(site.outputDir, 'bird.cfg'));

    await waitFor(() => disturbances.length > 0, { what: 'the event' });
  });

  test('our own changes do not look like it', async () => {
    const { applier, disturbances } = await applied(20);

    for (let n = 2; n <= 20; n++) {
      await applier.apply(numberedFiles(n));
    }
    await waitFor(() => applier.watchesEvents, { what: 'the events to begin' });
    for (let n = 21; n <= 25; n++) {
      await applier.apply(numberedFiles(n));
    }

    expect(disturbances).toEqual([]);
  });

  test('while birdkeeper is stopped are found at the next start', async () => {
    const { site, bird } = await applied(NEVER_MS);
    await site.closeAll();
    await appendFile(join(site.outputDir, 'bird_aggr.cfg'), 'foo\n');

    const applier = await site.open([bird.instance]);

    expect(applier.standing).toBeUndefined();
    expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied', wrote: true });
    expect(await bird.generation()).toBe(1);
  });
});

describe('a directory that cannot be used', () => {
  test('is refused at the start when it is a file', async () => {
    const site = await ApplySite.create();
    const outputDir = join(site.dir, 'a-file');
    await writeFile(outputDir, '');

    await expect(site.open([], { outputDir })).rejects.toThrow(
      `cannot make the folder ${outputDir}/.birdkeeper/generations`,
    );
  });

  test('is made when it is missing, also below others', async () => {
    const site = await ApplySite.create();
    const outputDir = join(site.dir, 'a/b/c');

    await expect(site.open([], { outputDir })).resolves.toBeDefined();
  });

  test('has folders in the place of files: they are moved aside, and that is said', async () => {
    const { applier, site } = await withFolderInTheWay();
    const path = join(site.outputDir, 'bird_aggr.cfg');

    expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied' });

    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    expect(existsSync(`${path}.replaced/folder`)).toBe(true);
    expect(site.logger.lines).toContainEqual({
      level: 'warn',
      message: 'moved a folder aside that stood in the place of a link of ours',
      fields: expect.objectContaining({ path, movedTo: `${path}.replaced` }),
    });
  });

  test.each([1, 2])(
    'restored %i times by a copy that follows links, it goes on with the whole generation that was copied',
    async (times) => {
      const site = await ApplySite.create();
      const bird = await site.startBird();
      await (await site.open([bird.instance])).apply(numberedFiles(1));
      for (let n = 0; n < times; n++) {
        await site.closeAll();
        await runCommand('cp', ['-rL', site.outputDir, `${site.outputDir}.copy`]);
        await rm(site.outputDir, { recursive: true });
        await rename(`${site.outputDir}.copy`, site.outputDir);
        await site.open([bird.instance]);
      }
      await site.closeAll();

      const applier = await site.open([bird.instance]);

      expect(applier.standing?.sequence).toBe(1);
      expect(await readlink(join(site.outputDir, '.birdkeeper/current'))).toBe('generations/1');
      expect(site.logger.messages('warn')).toContain(
        'moved a folder aside that stood in the place of a link of ours',
      );
      expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied' });
      expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
      const { birdPath } = bird.instance;
      await runCommand(birdPath, ['-p', '-c', join(site.outputDir, 'bird.cfg')]);
    },
  );

  test('gets a folder in the place of `current` while it is used: moved aside, and all is put back', async () => {
    const site = await ApplySite.create();
    const bird = await site.startBird();
    const applier = await site.open([bird.instance]);
    await applier.apply(numberedFiles(1));
    const current = join(site.outputDir, '.birdkeeper/current');
    await rm(current);
    await mkdir(join(current, 'folder'), { recursive: true });

    expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied', wrote: true });

    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    expect(existsSync(`${current}.replaced/folder`)).toBe(true);
  });

  test('that is full fails an attempt, keeps the good files and leaves nothing half written', async () => {
    const { site, bird, outputDir } = await onSmallDisk();
    const applier = await site.open([bird.instance], { outputDir });
    await applier.apply(numberedFiles(1));

    const large = numberedFiles(2, { more: '# so large that it does not fit\n'.repeat(20_000) });
    const outcome = await applier.apply(large);

    expect(outcome).toMatchObject({ kind: 'failed', step: 'stage', wrote: false });
    expect(outcome).toHaveProperty('advice', 'free space on that file system');
    expect(await numbersOnDisk(outputDir)).toEqual([1, 1]);
    expect(await readlink(join(outputDir, '.birdkeeper/current'))).toBe('generations/1');
    expect(existsSync(join(outputDir, '.birdkeeper/generations/2'))).toBe(false);
    expect(await applier.apply(numberedFiles(3))).toMatchObject({ kind: 'applied' });
  });

  test.each(['size', 'nr_inodes'] as const)(
    'that has no room (%s) at any one write, from the first to the last, keeps the good files',
    async (limit) => {
      const { site, bird, outputDir } = await onSmallDisk();
      const applier = await site.open([bird.instance], { outputDir });
      await applier.apply(filesWithInclude(1));
      let failures = 0;

      for (let spare = 0; ; spare++) {
        await remount(outputDir, roomFor(limit, outputDir, spare));
        const { kind } = await applier.apply(filesWithInclude(2));
        if (kind === 'applied') {
          break;
        }
        failures++;
        expect(kind).toBe('failed');
        expect(await wholeGeneration(outputDir)).toBe(1);
        expect(await readdir(join(outputDir, '.birdkeeper/generations'))).toEqual(['1']);
        expect(await bird.generation()).toBe(1);
      }

      expect(failures).toBeGreaterThan(2);
      expect(await wholeGeneration(outputDir)).toBe(2);
      await remount(outputDir, ROOM);
      expect(await applier.apply(filesWithInclude(3))).toMatchObject({ kind: 'applied' });
      expect(await bird.generation()).toBe(3);
    },
  );

  test('that can only be read fails an attempt, and the next one works once it can be written', async () => {
    const { site, bird, outputDir } = await onSmallDisk();
    const applier = await site.open([bird.instance], { outputDir });
    await applier.apply(numberedFiles(1));

    await remount(outputDir, 'ro');
    expect(await applier.apply(numberedFiles(2))).toMatchObject({
      kind: 'failed',
      step: 'stage',
      advice: expect.stringContaining('mount that file system writable'),
    });
    expect(await numbersOnDisk(outputDir)).toEqual([1, 1]);
    await remount(outputDir, 'rw');

    expect(await applier.apply(numberedFiles(2))).toMatchObject({ kind: 'applied' });
    expect(await bird.generation()).toBe(2);
  });

  test('the path of which is longer than that of a socket may be, can be used', async () => {
    const site = await ApplySite.create();
    const outputDir = join(site.dir, 'x'.repeat(120));

    const applier = await Applier.open({
      outputDir,
      birds: [],
      clock: systemClock,
      logger: silentLogger,
    });
    onTestFinished(() => applier.close());

    await expect(site.open([], { outputDir })).rejects.toThrow('another birdkeeper');
  });
});

async function withFolderInTheWay() {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  await mkdir(join(site.outputDir, 'bird_aggr.cfg/folder'), { recursive: true });
  return { site, applier: await site.open([bird.instance]) };
}

/** A file system of 200 KB. */
const ROOM = 'size=200k,nr_inodes=200';

/** An output directory on a small file system. */
async function onSmallDisk(): Promise<{ site: ApplySite; bird: TestBird; outputDir: string }> {
  const site = await ApplySite.create();
  const { outputDir } = site;
  await runCommand('mount', ['-t', 'tmpfs', '-o', ROOM, 'none', outputDir]);
  onTestFinished(async () => {
    await site.closeAll();
    await runCommand('umount', ['--lazy', outputDir]);
  });
  return { site, bird: await site.startBird(), outputDir };
}

function remount(outputDir: string, options: string): Promise<string> {
  return runCommand('mount', ['-o', `remount,${options}`, outputDir]);
}

/** As an option of mount: what is in use now, and room for so many blocks or files more. */
function roomFor(limit: 'size' | 'nr_inodes', outputDir: string, spare: number): string {
  const { bsize, blocks, bfree, files, ffree } = statfsSync(outputDir);
  return limit === 'size'
    ? `size=${(blocks - bfree + spare) * bsize}`
    : `nr_inodes=${files - ffree + spare}`;
}

test('links that came or went are brought to the disk, and others are not asked for again', async () => {
  const site = await ApplySite.create();
  const { instance } = await site.startBird();
  const synced: string[] = [];
  const fsync = async (descriptor: number): Promise<void> => {
    synced.push(readlinkSync(`/proc/self/fd/${descriptor}`));
  };
  const applier = await site.open([instance], { fsync });
  const syncsOf = async (n: number): Promise<number> => {
    synced.length = 0;
    expect(await applier.apply(numberedFiles(n))).toMatchObject({ kind: 'applied' });
    return synced.filter((path) => path === site.outputDir).length;
  };

  expect(await syncsOf(1)).toBe(1);
  expect(await syncsOf(2)).toBe(0);
  rmSync(join(site.outputDir, 'bird_aggr.cfg'));
  expect(await syncsOf(3)).toBe(1);
});
