import {
  chmodSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMark } from '../../../../src/apply/disk/file-mark.js';
import { manifestText, parseManifest } from '../../../../src/apply/disk/manifest.js';
import { Staging } from '../../../../src/apply/disk/staging.js';
import { fileSetOf } from '../../../../src/render/file-set.js';
import { RenderedFile } from '../../../../src/render/rendered-file.js';
import { diskSiteForTest, filesOf, installed, namesIn } from './disk-site.js';

const inode = (path: string): number => statSync(path).ino;

describe('files that are staged', () => {
  test('hold what they are to hold, in pieces however many', async () => {
    const { disk, layout } = await diskSiteForTest();
    const pieces = Array.from({ length: 1_500 }, (_, index) => Buffer.from(`line ${index}\n`));
    const many = new RenderedFile('bird.cfg', pieces);
    const fileSet = fileSetOf([many, RenderedFile.ofText('empty.cfg', '')], []);
    const staging = new Staging(layout.stateDir, disk);

    staging.write(fileSet, undefined);
    await staging.sync();
    staging.close();

    expect(readFileSync(join(layout.stateDir, 'bird.cfg'), 'utf8')).toBe(many.text);
    expect(readFileSync(join(layout.stateDir, 'empty.cfg'), 'utf8')).toBe('');
  });

  test('are closed once, and closing again does no harm', async () => {
    const { disk, layout } = await diskSiteForTest();
    const staging = new Staging(layout.stateDir, disk);
    staging.write(filesOf('a'), undefined);

    staging.close();

    expect(() => staging.close()).not.toThrow();
  });

  test('can be read by the group of BIRD and not by others, and stand beside their manifest', async () => {
    const { generations } = await diskSiteForTest();
    generations.open([]);

    const { folder, close } = generations.stage(filesOf('a'), undefined);
    close();

    expect(namesIn(folder)).toEqual(['bird.cfg', 'manifest.json']);
    expect(statSync(folder).mode & 0o777).toBe(0o750);
    expect(statSync(join(folder, 'bird.cfg')).mode & 0o777).toBe(0o640);
    expect(statSync(join(folder, 'manifest.json')).mode & 0o777).toBe(0o640);
  });

  test('take nothing over that is there already', async () => {
    const { disk, layout } = await diskSiteForTest();
    writeFileSync(join(layout.stateDir, 'bird.cfg'), 'of somebody');
    const staging = new Staging(layout.stateDir, disk);

    expect(() => staging.write(filesOf('a'), undefined)).toThrow('EEXIST');

    staging.close();
    expect(readFileSync(join(layout.stateDir, 'bird.cfg'), 'utf8')).toBe('of somebody');
  });
});

describe('a file that is the same as before', () => {
  test('is not written again, the others are', async () => {
    const { generations } = await diskSiteForTest();
    generations.open([]);
    const first = installed(generations, filesOf('main 1', { 'bird_aggr.cfg': 'same' }));

    const second = installed(generations, filesOf('main 2', { 'bird_aggr.cfg': 'same' }), first);

    expect(inode(join(second.folder, 'bird_aggr.cfg'))).toBe(
      inode(join(first.folder, 'bird_aggr.cfg')),
    );
    expect(inode(join(second.folder, 'bird.cfg'))).not.toBe(inode(join(first.folder, 'bird.cfg')));
    expect(second.marks.get('bird_aggr.cfg')).toBe(first.marks.get('bird_aggr.cfg'));
    expect(generations.read(second.sequence)?.marks).toEqual(second.marks);
  });

  test('is written anew where somebody wrote to it since', async () => {
    const { generations } = await diskSiteForTest();
    generations.open([]);
    const first = installed(generations, filesOf('same'));
    writeFileSync(join(first.folder, 'bird.cfg'), 'evil');

    const second = installed(generations, filesOf('same'), first);

    expect(readFileSync(join(second.folder, 'bird.cfg'), 'utf8')).toBe('same');
    expect(inode(join(second.folder, 'bird.cfg'))).not.toBe(inode(join(first.folder, 'bird.cfg')));
  });

  test('is written anew where the old one is gone', async () => {
    const { generations, layout } = await diskSiteForTest();
    generations.open([]);
    const first = installed(generations, filesOf('same'));
    generations.discard(first.sequence);

    const second = installed(generations, filesOf('same'), first);

    expect(namesIn(layout.generationsDir)).toEqual(['2']);
    expect(readFileSync(join(second.folder, 'bird.cfg'), 'utf8')).toBe('same');
  });

  test('is the same in whatever pieces it comes', async () => {
    const { generations } = await diskSiteForTest();
    generations.open([]);
    const whole = fileSetOf([RenderedFile.ofText('bird.cfg', 'one two')], []);
    const split = fileSetOf(
      [new RenderedFile('bird.cfg', [Buffer.from('one '), Buffer.from('two')])],
      [],
    );
    const first = installed(generations, whole);

    const second = installed(generations, split, first);

    expect(inode(join(second.folder, 'bird.cfg'))).toBe(inode(join(first.folder, 'bird.cfg')));
  });
});

describe('the mark of a file', () => {
  test.each([
    ['other text', (path: string) => writeFileSync(path, 'other')],
    [
      'another time of change',
      (path: string) => utimesSync(path, new Date(0), new Date('2020-01-01')),
    ],
  ])('is another one with %s', async (_, change) => {
    const { layout } = await diskSiteForTest();
    const path = join(layout.stateDir, 'file');
    writeFileSync(path, 'some');
    const before = readMark(path);

    change(path);

    expect(before).toMatch(/^\d+:4:\d+$/);
    expect(readMark(path)).not.toBe(before);
  });

  test('stays when only its mode changes, and when it is only read', async () => {
    const { layout } = await diskSiteForTest();
    const path = join(layout.stateDir, 'file');
    writeFileSync(path, 'some');
    const before = readMark(path);

    readFileSync(path);
    chmodSync(path, 0o600);

    expect(readMark(path)).toBe(before);
  });

  test('is none without a file', async () => {
    const { layout } = await diskSiteForTest();

    expect(readMark(join(layout.stateDir, 'nothing'))).toBeUndefined();
  });
});

describe('a manifest', () => {
  const fileSet = filesOf('main', { 'bird_aggr.cfg': 'aggr' });

  test('says which files there are and which BIRD starts from which', () => {
    expect(JSON.parse(manifestText(fileSet))).toEqual({
      digest: fileSet.digest,
      files: ['bird.cfg', 'bird_aggr.cfg'],
      mainFiles: [{ daemon: 'bird', name: 'bird.cfg', isOptional: false }],
    });
  });

  test('is read as it was written', () => {
    expect(parseManifest(manifestText(fileSet))).toEqual(JSON.parse(manifestText(fileSet)));
  });

  test.each([
    [undefined],
    [''],
    ['{}'],
    ['null'],
    ['{"digest":"a","files":["bird.cfg"]}'],
    ['{"digest":1,"files":[],"mainFiles":[]}'],
    ['{"digest":"a","files":[1],"mainFiles":[]}'],
    ['{"digest":"a","files":[],"mainFiles":[{"daemon":"frr","name":"x","isOptional":false}]}'],
    ['{"digest":"a","files":[],"mainFiles":[{"daemon":"bird","name":"x"}]}'],
    ['{"digest":"a","files":[],"mainFiles":[]'],
  ])('%s is none', (text) => {
    expect(parseManifest(text)).toBeUndefined();
  });
});

test('no file of a staged generation is left open', async () => {
  const { generations } = await diskSiteForTest();
  generations.open([]);
  const openBelow = (folder: string): readonly string[] =>
    readdirSync('/proc/self/fd')
      .map((fd) => targetOf(`/proc/self/fd/${fd}`))
      .filter((target) => target.startsWith(folder));
  const staged = generations.stage(filesOf('a'), undefined);
  const folder = realpathSync(staged.folder);

  expect(openBelow(folder)).toHaveLength(3);
  staged.close();

  expect(openBelow(folder)).toEqual([]);
});

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    // Closed meanwhile: the descriptor that reads the folder is one of them.
    return '';
  }
}
