import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliSite, cliSiteForTest } from '../../support/cli-site.js';
import { birdkeeper } from './in-process.js';

/** Options for a site whose state directory is its own and empty. */
function optionsOf({ source, bird, outputDir, dir }: CliSite): readonly string[] {
  return [...source, ...bird, '--output-dir', outputDir, '--state-dir', join(dir, 'state')];
}

describe('check', () => {
  test('says which files BIRD accepts', async () => {
    const site = await cliSiteForTest();

    expect(await birdkeeper(['check', ...optionsOf(site)])).toEqual({
      status: 0,
      out: 'accepted: bird.cfg bird_aggr.cfg bird_ipam.cfg\n',
      err: '',
    });
  });

  test('names file, line and text of what BIRD refuses', async () => {
    const site = await cliSiteForTest();
    const templates = join(site.dir, 'templates');
    await mkdir(templates);
    await writeFile(join(templates, 'bird_aggr.cfg.hbs'), 'protocol nonsense {\n}\n');
    const own = ['--templates', templates];

    const { status, out, err } = await birdkeeper(['check', ...optionsOf(site), ...own]);

    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/^birdkeeper: refused by bird: .*bird_aggr\.cfg/);
    expect(err).toContain('syntax error');
  });

  test('without a BIRD says what to install, with exit status 2', async () => {
    const site = await cliSiteForTest();
    const none = ['--bird', join(site.dir, 'no-bird')];

    const { status, out, err } = await birdkeeper(['check', ...optionsOf(site), ...none]);

    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(`there is no ${site.dir}/no-bird to check with; BIRD's control socket`);
    expect(err).toContain('install bird or set --bird; or start BIRD on');
  });

  test('without a datastore is not done, with exit status 2', async () => {
    const site = await cliSiteForTest();
    const other = ['--file', join(site.dir, 'none.yaml')];

    const { status, err } = await birdkeeper(['check', ...optionsOf(site), ...other]);

    expect(status).toBe(2);
    expect(err).toMatch(/^birdkeeper: can't read the datastore file/);
  });
});

describe('diff', () => {
  test('shows all of what is to be written where nothing stands', async () => {
    const site = await cliSiteForTest();

    const { status, out, err } = await birdkeeper(['diff', ...optionsOf(site)]);

    expect({ status, err }).toEqual({ status: 1, err: '' });
    expect(out).toContain('--- a/bird.cfg\n+++ b/bird.cfg\n@@ -0,0 +1,');
    expect(out).toContain('\n+  neighbor 192.0.2.2 as 64512;');
  });

  test('shows nothing where all stands as it should', async () => {
    const site = await cliSiteForTest();
    await birdkeeper(['render', ...site.source, '--output-dir', site.outputDir]);

    expect(await birdkeeper(['diff', ...optionsOf(site)])).toEqual({ status: 0, out: '', err: '' });
  });

  test('shows the lines that change, and no other file', async () => {
    const site = await cliSiteForTest();
    await birdkeeper(['render', ...site.source, '--output-dir', site.outputDir]);
    const path = join(site.outputDir, 'bird.cfg');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('192.0.2.2 as 64512', '192.0.2.2 as 65000'));

    const { status, out } = await birdkeeper(['diff', ...optionsOf(site)]);

    const changed = out.split('\n').filter((line) => /^[-+]/.test(line));
    expect(status).toBe(1);
    expect(changed).toEqual([
      '--- a/bird.cfg',
      '+++ b/bird.cfg',
      '-  neighbor 192.0.2.2 as 65000;',
      '+  neighbor 192.0.2.2 as 64512;',
    ]);
  });

  test('of a file that can not be read is not done, with exit status 2', async () => {
    const site = await cliSiteForTest();
    await mkdir(join(site.outputDir, 'bird.cfg'), { recursive: true });

    const { status, err } = await birdkeeper(['diff', ...optionsOf(site)]);

    expect(status).toBe(2);
    expect(err).toMatch(/^birdkeeper: cannot read .*\/config\/bird\.cfg: EISDIR/);
  });
});

describe('release', () => {
  test('of nothing has exit status 1', async () => {
    const { dir } = await cliSiteForTest();

    expect(await birdkeeper(['release', '--state-dir', dir])).toEqual({
      status: 1,
      out: '',
      err: `birdkeeper: nothing is held in ${dir}\n`,
    });
  });

  test('where the state can not be read says as whom to run it, with exit status 2', async () => {
    const { dir } = await cliSiteForTest();
    await mkdir(join(dir, 'held.json'));

    const { status, err } = await birdkeeper(['release', '--state-dir', dir]);

    expect(status).toBe(2);
    expect(err).toMatch(
      /^birdkeeper: cannot use .*: EISDIR.*; run it as the user of birdkeeper run/,
    );
  });
});

describe('status', () => {
  test('without a BIRD says what to look at, with exit status 2', async () => {
    const { bird, dir } = await cliSiteForTest();

    expect(await birdkeeper(['status', ...bird, '--listen', 'off'])).toEqual({
      status: 2,
      out: '',
      err: `birdkeeper: BIRD's control socket ${dir}/bird.ctl: connect ENOENT ${dir}/bird.ctl; check that BIRD runs with -s ${dir}/bird.ctl, and that this user may use the socket\n`,
    });
  });
});
