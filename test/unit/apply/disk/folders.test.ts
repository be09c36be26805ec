import {
  chmodSync,
  existsSync,
  mkdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ApplyError } from '../../../../src/apply/apply-error.js';
import { makeFolders, removeLeftovers } from '../../../../src/apply/disk/folders.js';
import { Layout } from '../../../../src/apply/layout.js';
import { folderForTest } from '../../../support/folder.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { diskSiteForTest, namesIn } from './disk-site.js';

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

describe('folders that are missing', () => {
  test('are made, those above them too, for the group of BIRD and nobody else', async () => {
    const layout = new Layout(join(await folderForTest(), 'a/b/config'));
    const logger = new RecordingLogger();

    makeFolders(layout, logger);

    expect(modeOf(layout.outputDir)).toBe(0o750);
    expect(modeOf(layout.stateDir)).toBe(0o2750);
    expect(modeOf(layout.generationsDir)).toBe(0o2750);
    expect(logger.lines).toEqual([]);
  });

  test('are made in a state directory of their own', async () => {
    const dir = await folderForTest();
    const layout = new Layout(join(dir, 'config'), join(dir, 'state'));

    makeFolders(layout, new RecordingLogger());

    expect(namesIn(dir)).toEqual(['config', 'state']);
    expect(namesIn(layout.outputDir)).toEqual([]);
    expect(namesIn(layout.stateDir)).toEqual(['generations']);
  });

  test('that are there keep what is in them and get the right mode', async () => {
    const layout = new Layout(join(await folderForTest(), 'config'));
    makeFolders(layout, new RecordingLogger());
    writeFileSync(join(layout.generationsDir, 'file'), '');
    chmodSync(layout.stateDir, 0o700);
    chmodSync(layout.generationsDir, 0o777);

    makeFolders(layout, new RecordingLogger());

    expect(namesIn(layout.generationsDir)).toEqual(['file']);
    expect(modeOf(layout.stateDir)).toBe(0o2750);
    expect(modeOf(layout.generationsDir)).toBe(0o2750);
  });

  test('an output directory that an operator made keeps its mode', async () => {
    const layout = new Layout(await folderForTest());
    chmodSync(layout.outputDir, 0o755);

    makeFolders(layout, new RecordingLogger());

    expect(modeOf(layout.outputDir)).toBe(0o755);
  });

  test('below the set-group-ID bit of the output directory have its group', async () => {
    const layout = new Layout(await folderForTest());
    chmodSync(layout.outputDir, 0o2750);

    makeFolders(layout, new RecordingLogger());

    expect(statSync(layout.stateDir).gid).toBe(statSync(layout.outputDir).gid);
    expect(modeOf(layout.stateDir)).toBe(0o2750);
  });

  test('that can not be made are told with what to do', async () => {
    const dir = await folderForTest();
    writeFileSync(join(dir, 'config'), 'a file');
    const layout = new Layout(join(dir, 'config'));

    const make = (): void => makeFolders(layout, new RecordingLogger());

    expect(make).toThrow(ApplyError);
    expect(make).toThrow(`cannot make the folder ${layout.generationsDir}: EEXIST`);
  });

  test('below a file are told with what to do', async () => {
    const dir = await folderForTest();
    writeFileSync(join(dir, 'file'), '');

    expect(() => makeFolders(new Layout(join(dir, 'file/config')), new RecordingLogger())).toThrow(
      expect.objectContaining({ advice: 'set --output-dir to a folder', isRetryable: true }),
    );
  });
});

describe('what a crash left', () => {
  test('is removed: new links, folders of checks, files that were being replaced', async () => {
    const { layout } = await diskSiteForTest();
    symlinkSync('x', layout.newLinkPath('bird.cfg'));
    mkdirSync(join(layout.stateDir, 'birdkeeper-check-abc'));
    writeFileSync(join(layout.stateDir, 'birdkeeper-check-abc/bird.cfg'), '');
    writeFileSync(`${layout.stateFile}.new`, '');
    symlinkSync('generations/1', `${layout.currentLink}.new`);

    removeLeftovers(layout, Date.now());

    expect(namesIn(layout.outputDir)).toEqual(['.birdkeeper']);
    expect(namesIn(layout.stateDir)).toEqual(['generations']);
  });

  test('is removed without what others have there', async () => {
    const { layout } = await diskSiteForTest();
    writeFileSync(layout.fixedPath('bird.cfg'), '');
    writeFileSync(layout.fixedPath('bird.cfg.replaced'), '');
    writeFileSync(join(layout.stateDir, 'last-good.json'), '');
    writeFileSync(layout.stateFile, '{}');
    symlinkSync('generations/1', layout.currentLink);

    removeLeftovers(layout, Date.now());

    expect(namesIn(layout.outputDir)).toEqual(['.birdkeeper', 'bird.cfg', 'bird.cfg.replaced']);
    expect(namesIn(layout.stateDir)).toEqual([
      'current',
      'generations',
      'last-good.json',
      'state.json',
    ]);
  });

  test('of a lock is removed once it is too old to be one that somebody is making', async () => {
    const { layout } = await diskSiteForTest();
    const left = [
      join(layout.outputDir, '.birdkeeper-lock.abc.new'),
      join(layout.stateDir, 'lock.abc.new'),
    ];
    for (const path of left) {
      writeFileSync(path, '');
      utimesSync(path, 1_000, 1_000);
    }
    writeFileSync(join(layout.stateDir, 'lock'), '');
    utimesSync(join(layout.stateDir, 'lock'), 1_000, 1_000);

    removeLeftovers(layout, 1_060_000);
    expect(left.map((path) => existsSync(path))).toEqual([true, true]);
    removeLeftovers(layout, 1_060_001);

    expect(namesIn(layout.outputDir)).toEqual(['.birdkeeper']);
    expect(namesIn(layout.stateDir)).toEqual(['generations', 'lock']);
  });
});
