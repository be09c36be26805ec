import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OtherWriter } from '../../../../src/apply/disk/other-writer.js';
import { Layout } from '../../../../src/apply/layout.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';

const TEN_MINUTES_MS = 600_000;

async function site() {
  const layout = new Layout(join(await folderForTest(), 'config'));
  await mkdir(layout.outputDir);
  const clock = new ManualClock();
  let forgotten = 0;
  const onForgotten = () => {
    forgotten += 1;
  };
  const writer = new OtherWriter({ layout, clock, onForgotten });
  return { layout, clock, writer, forgotten: () => forgotten };
}

test('a file that was there before the first link is nobody else at work', async () => {
  const { layout, writer } = await site();
  await writeFile(layout.fixedPath('bird.cfg'), '');

  writer.look(['bird.cfg', 'bird6.cfg']);

  expect(writer.path).toBeUndefined();
});

test('a file in the place of a link is another writer, a link that was removed or bent is not', async () => {
  const { layout, writer } = await site();
  const path = layout.fixedPath('bird.cfg');
  writer.look(['bird.cfg']);
  writer.look(['bird.cfg']);
  await symlink('elsewhere', path);
  writer.look(['bird.cfg']);
  expect(writer.path).toBeUndefined();

  await rm(path);
  await writeFile(path, '');
  writer.look(['bird.cfg']);
  expect(writer.path).toBe(path);
});

test('it is forgotten ten minutes after its last file', async () => {
  const { layout, clock, writer, forgotten } = await site();
  writer.look(['bird.cfg']);
  await writeFile(layout.fixedPath('bird.cfg'), '');
  writer.look(['bird.cfg']);
  clock.advance(TEN_MINUTES_MS - 1);
  writer.look(['bird.cfg']);

  clock.advance(TEN_MINUTES_MS - 1);
  expect([writer.path, forgotten()]).toEqual([layout.fixedPath('bird.cfg'), 0]);
  clock.advance(1);
  expect([writer.path, forgotten()]).toEqual([undefined, 1]);
});
