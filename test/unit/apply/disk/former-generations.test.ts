import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskSiteForTest, filesOf, installed, namesIn } from './disk-site.js';

describe('generations that are not current', () => {
  test.each([
    [1, ['4']],
    [2, ['3', '4']],
    [5, ['1', '2', '3', '4']],
  ])('go but for the %s newest', async (keep, left) => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);
    for (const text of ['a', 'b', 'c', 'd']) {
      installed(generations, filesOf(text));
    }

    generations.prune(keep, []);

    expect(namesIn(layout.generationsDir)).toEqual(left);
  });

  test('go even when somebody put a folder into them', async () => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);
    mkdirSync(join(installed(generations, filesOf('a')).folder, 'backup'));
    installed(generations, filesOf('b'));

    generations.prune(1, []);

    expect(namesIn(layout.generationsDir)).toEqual(['2']);
  });

  test('are discarded at once while the disk answers', async () => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);
    const { sequence, close } = generations.stage(filesOf('a'), undefined);
    close();

    generations.discard(sequence);

    expect(namesIn(layout.generationsDir)).toEqual([]);
    expect(generations.read(sequence)).toBeUndefined();
  });

  test('that were refused are kept to be looked at, the last one alone', async () => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);
    for (const text of ['first', 'second']) {
      const { sequence, close } = generations.stage(filesOf(text), undefined);
      close();
      generations.keepAsRefused(sequence);
    }

    expect(namesIn(layout.generationsDir)).toEqual([]);
    expect(readFileSync(join(layout.refusedDir, 'bird.cfg'), 'utf8')).toBe('second');
  });

  test('can be read while they are there', async () => {
    const { generations } = await diskSiteForTest();
    generations.open([]);
    installed(generations, filesOf('a'));
    installed(generations, filesOf('b'));

    expect(generations.read(1)?.fileSet.files[0]?.text).toBe('a');
    expect(generations.read(3)).toBeUndefined();
  });
});
