/** `render`, `check` and `diff` of the built program, as an operator or a script calls them. */
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runBirdkeeper as birdkeeper, program } from '../support/birdkeeper.js';
import { cliSiteForTest as siteForTest } from '../support/cli-site.js';
import { freePort } from '../support/free-port.js';
import { projectRoot } from '../support/tools.js';

/** Where the templates of `--templates` name what they print. */
const SESSION_TEMPLATE = join(projectRoot, 'templates/bird2/partials/session.hbs');

describe('render', () => {
  test('prints each file after its name, without a BIRD', async () => {
    const { source } = await siteForTest();

    const { exitStatus, stdout, stderr } = await birdkeeper([
      'render',
      ...source,
      '--bird',
      '/nonexistent/bird',
      '--bird-socket',
      '/nonexistent/ctl',
    ]);

    expect({ exitStatus, stderr }).toEqual({ exitStatus: 0, stderr: '' });
    expect(stdout.match(/^# file: .*$/gm)).toEqual([
      '# file: bird.cfg',
      '# file: bird_aggr.cfg',
      '# file: bird_ipam.cfg',
    ]);
    expect(stdout).toMatch(/protocol bgp '?Mesh_192_0_2_2'?/);
    expect(stdout).toContain('# from /calico/bgp/v1/host/node-b/ip_addr_v4\n');
  });

  test('without a BIRD to ask for its version says so, and prints for BIRD 2', async () => {
    const { source } = await siteForTest();
    const withoutBird = ['--bird', '/nonexistent/bird', '--bird-socket', '/nonexistent/ctl'];

    const { exitStatus, stdout, stderr } = await birdkeeper([
      'render',
      ...source,
      ...['--dialect', 'auto'],
      ...withoutBird,
    ]);

    expect(exitStatus).toBe(0);
    expect(stderr).toBe(
      'birdkeeper: there is no BIRD to ask for its version; set --dialect; rendering for bird2\n',
    );
    expect(stdout).toContain('# file: bird.cfg\n');
  });

  test('with --output-dir writes the files, readable by nobody else', async () => {
    const { source, outputDir } = await siteForTest();

    const { exitStatus, stdout } = await birdkeeper([
      'render',
      ...source,
      '--output-dir',
      outputDir,
    ]);

    expect({ exitStatus, stdout }).toEqual({ exitStatus: 0, stdout: '' });
    const names = await readdir(outputDir);
    expect(names.sort()).toEqual(['bird.cfg', 'bird_aggr.cfg', 'bird_ipam.cfg']);
    for (const name of names) {
      expect((await stat(join(outputDir, name))).mode & 0o777 & ~0o640).toBe(0);
    }
    expect(await readFile(join(outputDir, 'bird.cfg'), 'utf8')).toContain('router id 192.0.2.1;');
  });

  test('that cannot write says where and what to do', async () => {
    const { source, dir } = await siteForTest();
    await writeFile(join(dir, 'taken'), '');

    const { exitStatus, stderr } = await birdkeeper([
      'render',
      ...source,
      '--output-dir',
      join(dir, 'taken/config'),
    ]);

    expect(exitStatus).toBe(1);
    expect(stderr).toMatch(
      /^birdkeeper: cannot write to .*taken\/config: ENOTDIR.*; set --output-dir\n$/,
    );
  });

  test('of a bad key tells it on standard error, and prints the rest', async () => {
    const { source, dir } = await siteForTest();
    const key = '/calico/bgp/v1/host/node-c/ip_addr_v4';
    const file = join(dir, 'datastore.yaml');
    await writeFile(file, `${await readFile(file, 'utf8')}${key}: nowhere\n`);

    const { exitStatus, stdout, stderr } = await birdkeeper(['render', ...source]);

    expect(exitStatus).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `^birdkeeper: ${key}: "nowhere" .*; left this key out; everything else is applied\n$`,
      ),
    );
    expect(stdout).toContain('Mesh_192_0_2_2');
  });
});

describe('check', () => {
  test('has BIRD read the files, and ends with 0 when it accepts them', async () => {
    const { source, bird } = await siteForTest();

    expect(await birdkeeper(['check', ...source, ...bird])).toEqual({
      exitStatus: 0,
      stdout: 'accepted: bird.cfg bird_aggr.cfg bird_ipam.cfg\n',
      stderr: '',
    });
  });

  test('names file, line and key of what BIRD refuses, and ends with 1', async () => {
    const { source, bird, dir } = await siteForTest();
    const partial = join(dir, 'templates/bird2/partials/session.hbs');
    await mkdir(join(partial, '..'), { recursive: true });
    const text = await readFile(SESSION_TEMPLATE, 'utf8');
    await writeFile(partial, text.replace('neighbor', 'neighbour'));

    const args = ['check', ...source, ...bird, '--templates', join(dir, 'templates')];
    const { exitStatus, stdout, stderr } = await birdkeeper(args);

    expect({ exitStatus, stdout }).toEqual({ exitStatus: 1, stdout: '' });
    expect(stderr).toMatch(
      /^birdkeeper: refused by bird: bird\.cfg:\d+:\d+ syntax error.* \(from \/calico\/bgp\/v1\/host\/node-b\/ip_addr_v4\)\n$/,
    );
  });

  test('without a BIRD to ask says how to have one, and ends with 2', async () => {
    const { source, dir } = await siteForTest();
    const missing = ['--bird', '/nonexistent/bird', '--bird-socket', join(dir, 'none.ctl')];

    const { exitStatus, stderr } = await birdkeeper(['check', ...source, ...missing]);

    expect(exitStatus).toBe(2);
    expect(stderr).toContain('there is no /nonexistent/bird to check with');
    expect(stderr).toContain('set --bird');
  });

  test('of a template that does not compile names it with its line, and ends with 2', async () => {
    const { source, bird, dir } = await siteForTest();
    await mkdir(join(dir, 'templates'));
    await writeFile(join(dir, 'templates/bird.cfg.hbs'), 'router id 192.0.2.1;\n{{#if x}\n');

    const args = ['check', ...source, ...bird, '--templates', join(dir, 'templates')];
    const { exitStatus, stderr } = await birdkeeper(args);

    expect(exitStatus).toBe(2);
    expect(stderr).toContain(`template ${join(dir, 'templates/bird.cfg.hbs')}:2: Parse error`);
  });
});

describe('diff', () => {
  test('ends with 0 and no output when run would change nothing', async () => {
    const { source, outputDir } = await siteForTest();
    await birdkeeper(['render', ...source, '--output-dir', outputDir]);

    expect(await birdkeeper(['diff', ...source, '--output-dir', outputDir])).toEqual({
      exitStatus: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('ends with 1 and prints what run would change, as patch(1) takes it', async () => {
    const { source, outputDir } = await siteForTest();
    const output = ['--output-dir', outputDir];
    await birdkeeper(['render', ...source, ...output]);
    const path = join(outputDir, 'bird.cfg');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('router id 192.0.2.1;', 'router id 192.0.2.9;'));

    const { exitStatus, stdout, stderr } = await birdkeeper(['diff', ...source, ...output]);

    expect({ exitStatus, stderr }).toEqual({ exitStatus: 1, stderr: '' });
    expect(stdout).toContain('\n--- a/bird.cfg\n+++ b/bird.cfg\n');
    expect(stdout).toContain('\n-router id 192.0.2.9;\n+router id 192.0.2.1;\n');
    expect(stdout.match(/^[-+](?![-+])/gm)).toHaveLength(2);
  });

  test('takes files that are not there as empty', async () => {
    const { source, outputDir } = await siteForTest();

    const { exitStatus, stdout } = await birdkeeper(['diff', ...source, '--output-dir', outputDir]);

    expect(exitStatus).toBe(1);
    expect(stdout).toContain('\n+router id 192.0.2.1;\n');
    expect(stdout).not.toMatch(/^-(?!--)/m);
  });

  test('whose reader has had enough ends as it would have, without a word', async () => {
    const { source, outputDir } = await siteForTest();
    // The reader is gone long before anything is written.
    const line = '{ { "$@"; echo $? >&3; } | : ; } 3>&1';
    const command = [process.execPath, program, 'diff', ...source, '--output-dir', outputDir];

    const { stdout, stderr } = spawnSync('sh', ['-c', line, 'sh', ...command], {
      encoding: 'utf8',
    });

    expect({ stdout, stderr }).toEqual({ stdout: '1\n', stderr: '' });
  });

  test('ends with 2 when a file cannot be read', async () => {
    const { source, outputDir } = await siteForTest();
    await mkdir(join(outputDir, 'bird.cfg'), { recursive: true });

    const { exitStatus, stderr } = await birdkeeper(['diff', ...source, '--output-dir', outputDir]);

    expect(exitStatus).toBe(2);
    expect(stderr).toMatch(/^birdkeeper: cannot read .*bird\.cfg: EISDIR/);
  });
});

test.each([
  ['render', 1],
  ['check', 2],
  ['diff', 2],
])('%s without etcd says so with advice, and ends with %i', async (command, status) => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;

  const { exitStatus, stdout, stderr } = await birdkeeper([command, '--dialect', 'bird2'], {
    ETCD_ENDPOINTS: endpoint,
  });

  expect({ exitStatus, stdout }).toEqual({ exitStatus: status, stdout: '' });
  expect(stderr).toBe(
    `birdkeeper: etcd at ${endpoint} refuses connections: nothing listens there; start etcd, or correct the host and port of --etcd-endpoints\n`,
  );
});
