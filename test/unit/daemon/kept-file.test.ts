import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { KeptFile, replaceSynced } from '../../../src/daemon/kept-file.js';
import { folderForTest } from '../../support/folder.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const NONE = { count: 0 };

function keptIn(stateDir: string) {
  const logger = new RecordingLogger();
  const file = new KeptFile({
    stateDir,
    name: 'fact.json',
    schema: v.object({ count: v.number() }),
    none: NONE,
    unreadable: 'the fact cannot be read',
    unwritable: 'the fact cannot be kept',
    logger,
  });
  return { file, logger, path: join(stateDir, 'fact.json') };
}

describe('a kept fact', () => {
  test('is none without a file, which is no reason to say anything', async () => {
    const { file, logger } = keptIn(await folderForTest());

    expect(await file.read()).toBe(NONE);
    expect(file.none).toBe(NONE);
    expect(logger.lines).toEqual([]);
  });

  test('is there for the next run', async () => {
    const dir = await folderForTest();
    await keptIn(dir).file.write({ count: 7 });

    expect(await keptIn(dir).file.read()).toEqual({ count: 7 });
    expect(await readdir(dir)).toEqual(['fact.json']);
  });

  test('is not written where nothing is to be kept, and what is kept already', async () => {
    const dir = await folderForTest();
    const { file, path } = keptIn(dir);

    await file.write({ count: 0 });
    expect(await readdir(dir)).toEqual([]);
    await file.write({ count: 1 });
    const { ino } = await stat(path);
    await file.write({ count: 1 });

    expect((await stat(path)).ino).toBe(ino);
  });

  test('is written again when it goes back to none', async () => {
    const dir = await folderForTest();
    const { file, path } = keptIn(dir);
    await file.write({ count: 1 });

    await file.write({ count: 0 });

    expect(await readFile(path, 'utf8')).toBe('{"count":0}');
  });

  test('that was read is not written again', async () => {
    const dir = await folderForTest();
    await keptIn(dir).file.write({ count: 3 });
    const { file, path } = keptIn(dir);
    const { ino } = await stat(path);
    await file.read();

    await file.write({ count: 3 });

    expect((await stat(path)).ino).toBe(ino);
  });

  test.each([
    ['no JSON', '{"count":'],
    ['another form', '{"count":"7"}'],
    ['nothing', ''],
  ])('in a file with %s is none, which is said, and the file is written anew', async (_, text) => {
    const dir = await folderForTest();
    const { file, logger, path } = keptIn(dir);
    await writeFile(path, text);

    expect(await file.read()).toBe(NONE);
    expect(logger.lines).toEqual([
      {
        level: 'warn',
        message: 'the fact cannot be read',
        fields: { file: path, err: expect.any(Error) },
      },
    ]);
    await file.write(NONE);
    expect(await readFile(path, 'utf8')).toBe('{"count":0}');
  });

  test('that can not be written is told once for each value, and tried again', async () => {
    const dir = await folderForTest();
    const stateDir = join(dir, 'later');
    const { file, logger } = keptIn(stateDir);

    await file.write({ count: 1 });
    await file.write({ count: 1 });
    await file.write({ count: 2 });

    expect(logger.messages('warn')).toEqual(Array(2).fill('the fact cannot be kept'));
    await mkdir(stateDir);
    await file.write({ count: 2 });
    expect(await keptIn(stateDir).file.read()).toEqual({ count: 2 });
    expect(logger.lines).toHaveLength(2);
  });
});

describe('a file that is replaced', () => {
  test('may be read by the group of BIRD and by no others', async () => {
    const path = join(await folderForTest(), 'file');
    await writeFile(path, 'old', { mode: 0o666 });

    await replaceSynced(path, 'new');

    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  test('does not take over the mode of what a crash left', async () => {
    const path = join(await folderForTest(), 'file');
    await writeFile(`${path}.new`, 'half of a text that is longer', { mode: 0o666 });

    await replaceSynced(path, 'whole');

    expect(await readFile(path, 'utf8')).toBe('whole');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });
});
