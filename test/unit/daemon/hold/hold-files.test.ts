import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type HeldState, HoldFiles } from '../../../../src/daemon/hold/hold-files.js';
import { folderForTest } from '../../../support/folder.js';

const HELD: HeldState = {
  state: 'digest',
  key: '/k',
  reason: 'the datastore is empty',
  causes: ['/a'],
  since: 7,
};

async function filesForTest() {
  const dir = await folderForTest();
  return { dir, files: new HoldFiles(dir) };
}

describe('what is held back', () => {
  test('is nothing at first', async () => {
    const { files } = await filesForTest();

    expect(await files.held()).toBeUndefined();
    expect(await files.released()).toBeUndefined();
  });

  test('is known to whoever looks into the state directory', async () => {
    const { dir, files } = await filesForTest();

    await files.tellHeld(HELD);

    expect(await new HoldFiles(dir).held()).toEqual(HELD);
    expect(await readdir(dir)).toEqual(['held.json']);
  });

  test('ends with the release that was given for it', async () => {
    const { dir, files } = await filesForTest();
    await files.tellHeld(HELD);
    await files.release('digest');
    expect(await new HoldFiles(dir).released()).toBe('digest');

    await files.tellHeld(undefined);

    expect(await files.held()).toBeUndefined();
    expect(await files.released()).toBeUndefined();
    expect(await readdir(dir)).toEqual([]);
  });

  test('may end more than once', async () => {
    const { files } = await filesForTest();

    await files.tellHeld(undefined);

    await expect(files.tellHeld(undefined)).resolves.toBeUndefined();
  });

  test.each([
    ['no JSON', '{'],
    ['no reason', '{"state":"a","key":"/k","since":7}'],
    ['a text for the time', '{"state":"a","key":"/k","reason":"r","since":"7"}'],
    ['nothing', ''],
  ])('in a file with %s is nothing', async (_, text) => {
    const { dir, files } = await filesForTest();
    await writeFile(join(dir, 'held.json'), text);
    await writeFile(join(dir, 'release.json'), text);

    expect(await files.held()).toBeUndefined();
  });

  test('in a file that can not be read is an error, not nothing', async () => {
    const { dir, files } = await filesForTest();
    await mkdir(join(dir, 'held.json'));
    await mkdir(join(dir, 'release.json'));

    await expect(files.held()).rejects.toThrow('EISDIR');
    await expect(files.released()).rejects.toThrow('EISDIR');
  });
});

test('a release is of the state that was named last', async () => {
  const { files } = await filesForTest();

  await files.release('first');
  await files.release('second');

  expect(await files.released()).toBe('second');
});
