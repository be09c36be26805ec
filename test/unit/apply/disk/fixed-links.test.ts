import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  makeLinks,
  missingLinks,
  removeOtherLinks,
  stampLinks,
} from '../../../../src/apply/disk/fixed-links.js';
import { putAside } from '../../../../src/apply/disk/put-aside.js';
import { diskSiteForTest, filesOf, installed, namesIn } from './disk-site.js';

describe('links at the fixed paths', () => {
  test('are missing where there is nothing, a file, a folder, or a link of somebody else', async () => {
    const { layout } = await diskSiteForTest();
    writeFileSync(layout.fixedPath('file.cfg'), '');
    mkdirSync(layout.fixedPath('folder.cfg'));
    symlinkSync('/etc/bird.cfg', layout.fixedPath('foreign.cfg'));
    symlinkSync('.birdkeeper/current/ours.cfg', layout.fixedPath('ours.cfg'));
    const names = ['none.cfg', 'file.cfg', 'folder.cfg', 'foreign.cfg', 'ours.cfg'];

    expect(missingLinks(layout, names)).toEqual(names.slice(0, -1));
  });

  test('lead to the current generation, whichever it is', async () => {
    const { layout, logger, generations } = await diskSiteForTest();
    generations.open([]);
    installed(generations, filesOf('first'));
    makeLinks(layout, ['bird.cfg'], logger);
    expect(readFileSync(layout.fixedPath('bird.cfg'), 'utf8')).toBe('first');

    installed(generations, filesOf('second'));

    expect(readFileSync(layout.fixedPath('bird.cfg'), 'utf8')).toBe('second');
    expect(readlinkSync(layout.fixedPath('bird.cfg'))).toBe('.birdkeeper/current/bird.cfg');
    expect(missingLinks(layout, ['bird.cfg'])).toEqual([]);
    expect(logger.lines).toEqual([]);
  });

  test('take the place of links of others, and of what a crash left', async () => {
    const { layout, logger } = await diskSiteForTest();
    symlinkSync('/etc/bird.cfg', layout.fixedPath('bird.cfg'));
    mkdirSync(layout.newLinkPath('bird.cfg'));

    makeLinks(layout, ['bird.cfg'], logger);

    expect(readlinkSync(layout.fixedPath('bird.cfg'))).toBe('.birdkeeper/current/bird.cfg');
    expect(namesIn(layout.outputDir)).toEqual(['.birdkeeper', 'bird.cfg']);
    expect(logger.lines).toEqual([]);
  });

  test('keep the first file of another tool for ever, and of later ones the last', async () => {
    const { layout, logger } = await diskSiteForTest();
    for (const text of ['first', 'second', 'third']) {
      rmSync(layout.fixedPath('bird.cfg'), { force: true });
      writeFileSync(layout.fixedPath('bird.cfg'), text);
      makeLinks(layout, ['bird.cfg'], logger);
    }

    const copy = (name: string): string => readFileSync(join(layout.replacedDir, name), 'utf8');
    expect(copy('bird.cfg.original')).toBe('first');
    expect(copy('bird.cfg.latest')).toBe('third');
    expect(statSync(layout.replacedDir).mode & 0o777).toBe(0o700);
    expect(logger.messages('warn')).toEqual(
      Array(3).fill('replacing a file that is not ours; a copy is kept'),
    );
    expect(logger.lines[0]?.fields).toEqual({
      file: layout.fixedPath('bird.cfg'),
      copy: join(layout.replacedDir, 'bird.cfg.original'),
    });
  });

  test('move a folder out of their way', async () => {
    const { layout, logger } = await diskSiteForTest();
    mkdirSync(layout.fixedPath('bird.cfg'));
    writeFileSync(join(layout.fixedPath('bird.cfg'), 'inside'), 'x');

    makeLinks(layout, ['bird.cfg'], logger);

    expect(readlinkSync(layout.fixedPath('bird.cfg'))).toBe('.birdkeeper/current/bird.cfg');
    expect(namesIn(layout.fixedPath('bird.cfg.replaced'))).toEqual(['inside']);
  });

  test('get the time of a change, and what they lead to keeps its own', async () => {
    const { layout, logger, generations } = await diskSiteForTest();
    generations.open([]);
    const { folder } = installed(generations, filesOf('a'));
    makeLinks(layout, ['bird.cfg'], logger);
    const { mtimeMs } = statSync(join(folder, 'bird.cfg'));
    const at = Date.UTC(2020, 1, 2, 3, 4, 5);

    stampLinks(layout, ['bird.cfg'], at);

    expect(lstatSync(layout.fixedPath('bird.cfg')).mtimeMs).toBe(at);
    expect(statSync(join(folder, 'bird.cfg')).mtimeMs).toBe(mtimeMs);
  });

  test('of files that are no longer there go, what is not ours stays', async () => {
    const { layout, logger } = await diskSiteForTest();
    makeLinks(layout, ['bird.cfg', 'bird6.cfg'], logger);
    symlinkSync('/etc/hosts', layout.fixedPath('hosts.cfg'));
    symlinkSync('.birdkeeper/current/other.cfg', layout.fixedPath('renamed.cfg'));
    writeFileSync(layout.fixedPath('notes.txt'), '');

    removeOtherLinks(layout, ['bird.cfg']);

    expect(namesIn(layout.outputDir)).toEqual([
      '.birdkeeper',
      'bird.cfg',
      'hosts.cfg',
      'notes.txt',
      'renamed.cfg',
    ]);
  });
});

describe('what is put aside', () => {
  test('gets a free name beside its old one, and is told with both', async () => {
    const { layout, logger } = await diskSiteForTest();
    const path = layout.fixedPath('bird.cfg');
    for (const text of ['first', 'second', 'third']) {
      mkdirSync(path);
      writeFileSync(join(path, text), '');
      putAside(path, logger);
    }

    expect(namesIn(`${path}.replaced`)).toEqual(['first']);
    expect(namesIn(`${path}.replaced-2`)).toEqual(['second']);
    expect(namesIn(`${path}.replaced-3`)).toEqual(['third']);
    expect(logger.lines[2]).toEqual({
      level: 'warn',
      message: 'moved a folder aside that stood in the place of a link of ours',
      fields: {
        path,
        movedTo: `${path}.replaced-3`,
        advice: 'remove it when nobody needs it any more',
      },
    });
  });

  test('does not take the name of a link that leads nowhere', async () => {
    const { layout, logger } = await diskSiteForTest();
    const path = layout.fixedPath('bird.cfg');
    mkdirSync(path);
    symlinkSync('/nowhere', `${path}.replaced`);

    putAside(path, logger);

    expect(readlinkSync(`${path}.replaced`)).toBe('/nowhere');
    expect(statSync(`${path}.replaced-2`).isDirectory()).toBe(true);
  });
});
