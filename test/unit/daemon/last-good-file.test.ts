import { mkdir, readdir, readFile, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastGoodFile } from '../../../src/daemon/last-good-file.js';
import { folderForTest } from '../../support/folder.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const VALUES = { '/calico/bgp/v1/global/as_num': '64512', '/ü\n"': '{"a":1}' };
const CANNOT_READ =
  'kept last good values cannot be read; entries that are bad now, and files that are away, are left out';
const CANNOT_KEEP =
  'last good values cannot be kept; a restart would leave out the entries that are bad now, and files that are away then';

test('what was written is read after a restart', async () => {
  const dir = await folderForTest();
  const logger = new RecordingLogger();

  await lastGoodFile(dir, logger).write(VALUES);

  expect(await lastGoodFile(dir, logger).read()).toEqual(VALUES);
  expect(await readdir(dir)).toEqual(['last-good.json']);
  expect(logger.lines).toEqual([]);
});

test('values can hold passwords: others may not read them', async () => {
  const dir = await folderForTest();

  await lastGoodFile(dir, new RecordingLogger()).write(VALUES);

  const { mode } = await stat(join(dir, 'last-good.json'));
  expect(mode & 0o777 & ~0o640).toBe(0);
});

test('a first start finds nothing, and there is nothing to say', async () => {
  const logger = new RecordingLogger();

  expect(await lastGoodFile(await folderForTest(), logger).read()).toEqual({});
  expect(logger.lines).toEqual([]);
});

test('nothing bad writes nothing', async () => {
  const dir = await folderForTest();

  await lastGoodFile(dir, new RecordingLogger()).write({});

  expect(await readdir(dir)).toEqual([]);
});

test('the same values are not written again, also after a restart', async () => {
  const dir = await folderForTest();
  const path = join(dir, 'last-good.json');
  const file = lastGoodFile(dir, new RecordingLogger());
  await file.write(VALUES);
  await utimes(path, 1000, 1000);

  await file.write({ ...VALUES });
  const restarted = lastGoodFile(dir, new RecordingLogger());
  await restarted.read();
  await restarted.write(VALUES);

  expect((await stat(path)).mtimeMs).toBe(1_000_000);
});

test('values that are no longer bad are forgotten', async () => {
  const dir = await folderForTest();
  const file = lastGoodFile(dir, new RecordingLogger());
  await file.write(VALUES);

  await file.write({});

  expect(await lastGoodFile(dir, new RecordingLogger()).read()).toEqual({});
});

test.each(['', '{"a":', '{"a":1}', 'null'])(
  'a file that holds %o is said to be bad, and the next write mends it',
  async (text) => {
    const dir = await folderForTest();
    await writeFile(join(dir, 'last-good.json'), text);
    const logger = new RecordingLogger();
    const file = lastGoodFile(dir, logger);

    expect(await file.read()).toEqual({});
    await file.write(VALUES);

    expect(logger.messages('warn')).toEqual([CANNOT_READ]);
    expect(logger.lines[0]?.fields).toMatchObject({ file: join(dir, 'last-good.json') });
    expect(JSON.parse(await readFile(join(dir, 'last-good.json'), 'utf8'))).toEqual(VALUES);
  },
);

test('a file that cannot be written costs a warning, and is written once that is possible', async () => {
  const logger = new RecordingLogger();
  const dir = await folderForTest();
  // A folder stands in its place: true for root, too, whom no mode keeps out.
  await mkdir(join(dir, 'last-good.json'));
  const file = lastGoodFile(dir, logger);

  await file.write(VALUES);
  expect(logger.messages('warn')).toEqual([CANNOT_KEEP]);

  await rmdir(join(dir, 'last-good.json'));
  await file.write(VALUES);
  expect(await lastGoodFile(dir, logger).read()).toEqual(VALUES);
  expect(logger.messages('warn')).toHaveLength(1);
});

test('a file that is there and cannot be read is said', async () => {
  const logger = new RecordingLogger();
  const dir = await folderForTest();
  await mkdir(join(dir, 'last-good.json'));

  expect(await lastGoodFile(dir, logger).read()).toEqual({});

  expect(logger.messages('warn')).toEqual([CANNOT_READ]);
});
