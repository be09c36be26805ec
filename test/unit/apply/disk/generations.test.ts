import {
  cpSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskSiteForTest, filesOf, installed, namesIn, openedAnew } from './disk-site.js';

describe('what is found at a start', () => {
  test('is nothing in an empty state directory, and the first number is 1', async () => {
    const { generations } = await diskSiteForTest();

    expect(generations.open([])).toBeUndefined();
    expect(generations.currentSequence()).toBeUndefined();
    expect(generations.stage(filesOf('a'), undefined).sequence).toBe(1);
  });

  test('is the current generation with its files and marks', async () => {
    const site = await diskSiteForTest();
    site.generations.open([]);
    const { marks } = installed(site.generations, filesOf('main', { 'bird_aggr.cfg': 'aggr' }));

    const { found } = openedAnew(site);

    expect(found).toMatchObject({ sequence: 1 });
    expect(found).toEqual({
      sequence: 1,
      fileSet: filesOf('main', { 'bird_aggr.cfg': 'aggr' }),
      marks,
    });
    expect([...marks.keys()]).toEqual(['bird.cfg', 'bird_aggr.cfg']);
  });

  test.each([
    ['changed', (folder: string) => writeFileSync(join(folder, 'bird.cfg'), 'other')],
    ['cut off by a full disk', (folder: string) => truncateSync(join(folder, 'bird.cfg'), 2)],
    ['removed', (folder: string) => rmSync(join(folder, 'bird.cfg'))],
    ['left without a manifest', (folder: string) => rmSync(join(folder, 'manifest.json'))],
    [
      'left with half of a manifest',
      (folder: string) => truncateSync(join(folder, 'manifest.json'), 9),
    ],
    ['removed with the whole folder', (folder: string) => rmSync(folder, { recursive: true })],
  ])('is spoilt when its files were %s', async (_, spoil) => {
    const site = await diskSiteForTest();
    site.generations.open([]);
    spoil(installed(site.generations, filesOf('main')).folder);

    expect(openedAnew(site).found).toBe('spoilt');
  });

  test('is nothing when current is no link of ours', async () => {
    const site = await diskSiteForTest();
    symlinkSync('/etc', site.layout.currentLink);

    expect(site.generations.open([])).toBeUndefined();
    expect(site.generations.currentSequence()).toBeUndefined();
  });

  test('a generation that a crash left half written is removed, older ones stay', async () => {
    const site = await diskSiteForTest();
    site.generations.open([]);
    installed(site.generations, filesOf('a'));
    installed(site.generations, filesOf('b'));
    site.generations.stage(filesOf('c'), undefined).close();

    openedAnew(site);

    expect(namesIn(site.layout.generationsDir)).toEqual(['1', '2']);
  });

  test('what is not a number among the generations is left alone', async () => {
    const site = await diskSiteForTest();
    mkdirSync(join(site.layout.generationsDir, 'notes'));
    mkdirSync(join(site.layout.generationsDir, '12'));

    site.generations.open([]);

    expect(namesIn(site.layout.generationsDir)).toEqual(['notes']);
  });
});

describe('numbers', () => {
  test('are never used twice: not those of folders that are gone', async () => {
    const site = await diskSiteForTest();
    site.generations.open([]);
    installed(site.generations, filesOf('a'));
    site.generations.stage(filesOf('b'), undefined).close();

    const { generations } = openedAnew(site);

    expect(generations.stage(filesOf('c'), undefined).sequence).toBe(3);
  });

  test.each([
    [[], 2],
    [[1], 2],
    [[7, 3], 8],
  ])('go on after the highest of those that BIRD has run: %j', async (loaded, next) => {
    const site = await diskSiteForTest();
    site.generations.open([]);
    installed(site.generations, filesOf('a'));

    const { generations } = openedAnew(site, loaded);

    expect(generations.stage(filesOf('b'), undefined).sequence).toBe(next);
  });

  test('are used up by a generation that could not be written', async () => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);

    expect(() => generations.stage(filesOf('a', { 'no/such/folder': 'x' }), undefined)).toThrow(
      'ENOENT',
    );

    expect(namesIn(layout.generationsDir)).toEqual([]);
    expect(generations.stage(filesOf('a'), undefined).sequence).toBe(2);
  });

  test('sort as numbers, not as text', async () => {
    const site = await diskSiteForTest();
    site.generations.open([8]);
    for (const text of ['a', 'b', 'c']) {
      installed(site.generations, filesOf(text));
    }
    const { generations } = openedAnew(site);

    generations.prune(2, []);

    expect(namesIn(site.layout.generationsDir)).toEqual(['10', '11']);
  });

  test('that a BIRD runs stay, however old they are', async () => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);
    for (const text of ['a', 'b', 'c', 'd']) {
      installed(generations, filesOf(text));
    }

    generations.prune(1, [2]);

    expect(namesIn(layout.generationsDir)).toEqual(['2', '4']);
  });
});

describe('the current generation', () => {
  test('is what current points to, by a link that also holds where the folder is mounted elsewhere', async () => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);
    installed(generations, filesOf('a'));
    installed(generations, filesOf('b'));

    expect(generations.currentSequence()).toBe(2);
    expect(readlinkSync(layout.currentLink)).toBe('generations/2');
    expect(readFileSync(join(layout.currentLink, 'bird.cfg'), 'utf8')).toBe('b');
    await expect(generations.syncCurrent(true)).resolves.toBeUndefined();
  });

  test('is switched although a crash left the new link half made', async () => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);
    const { sequence } = generations.stage(filesOf('a'), undefined);
    mkdirSync(`${layout.currentLink}.new`);

    generations.makeCurrent(sequence);

    expect(generations.currentSequence()).toBe(1);
  });

  test('takes the place of a folder, which is moved aside', async () => {
    const { generations, layout, logger } = await diskSiteForTest();
    generations.open([]);
    mkdirSync(layout.currentLink);
    const { sequence } = generations.stage(filesOf('a'), undefined);

    generations.makeCurrent(sequence);

    expect(generations.currentSequence()).toBe(1);
    expect(statSync(`${layout.currentLink}.replaced`).isDirectory()).toBe(true);
    expect(logger.messages('warn')).toEqual([
      'moved a folder aside that stood in the place of a link of ours',
    ]);
  });

  test('is found again when a copy that follows links made a folder of it', async () => {
    const site = await diskSiteForTest();
    const { layout } = site;
    site.generations.open([]);
    installed(site.generations, filesOf('a'));
    installed(site.generations, filesOf('b'));
    rmSync(layout.currentLink);
    cpSync(layout.generationDir(1), layout.currentLink, { recursive: true });

    const { found, generations } = openedAnew(site);

    expect(found).toMatchObject({ sequence: 1 });
    expect(generations.currentSequence()).toBe(1);
    expect(namesIn(layout.stateDir)).toContain('current.replaced');
  });

  test('is none when the folder in its place is a copy of nothing that is there', async () => {
    const site = await diskSiteForTest();
    site.generations.open([]);
    installed(site.generations, filesOf('a'));
    rmSync(site.layout.currentLink);
    mkdirSync(site.layout.currentLink);

    const { found } = openedAnew(site);

    expect(found).toBeUndefined();
    expect(namesIn(site.layout.stateDir)).toEqual(['current.replaced', 'generations']);
  });
});

describe('a link to the current generation that is gone', () => {
  test('is made again to what BIRD ran last and is whole, and that is said', async () => {
    const site = await diskSiteForTest();
    site.generations.open([]);
    const folders = ['a', 'b', 'c'].map(
      (text) => installed(site.generations, filesOf(text)).folder,
    );
    rmSync(site.layout.currentLink);
    writeFileSync(join(folders[2] ?? '', 'bird.cfg'), 'spoilt');

    const { found, generations } = openedAnew(site, [3, 2, 1]);

    expect(found).toMatchObject({ sequence: 2 });
    expect(readlinkSync(site.layout.currentLink)).toBe('generations/2');
    expect(generations.stage(filesOf('d'), undefined).sequence).toBe(4);
    expect(site.logger.lines).toEqual([
      {
        level: 'warn',
        message:
          'the link to the current generation is gone; it points again to what BIRD ran last',
        fields: { link: site.layout.currentLink, sequence: 2 },
      },
    ]);
  });

  test('stays away where nothing whole was ever run', async () => {
    const site = await diskSiteForTest();
    site.generations.open([]);
    installed(site.generations, filesOf('a'));
    rmSync(site.layout.currentLink);

    expect(openedAnew(site).found).toBeUndefined();
    expect(namesIn(site.layout.stateDir)).toEqual(['generations']);
  });
});

describe('the mark of a generation', () => {
  test('tells it from a copy, and is none where it is gone', async () => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);
    const { folder } = installed(generations, filesOf('a'));
    const mark = generations.markOf(1);
    expect(mark).toMatch(/^\d+:\d+:\d+$/);
    expect(generations.markOf(1)).toBe(mark);

    cpSync(folder, `${folder}-copy`, { recursive: true });
    rmSync(folder, { recursive: true });
    cpSync(`${folder}-copy`, layout.generationDir(1), { recursive: true });

    expect(generations.markOf(1)).not.toBe(mark);
    expect(generations.markOf(2)).toBeUndefined();
  });
});
