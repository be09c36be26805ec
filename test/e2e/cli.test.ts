/** The commands of the built program, as an operator or a script calls them. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Setting } from '../../src/settings/setting.js';
import { SETTINGS } from '../../src/settings/settings.js';
import { runBirdkeeper as birdkeeper, type Ended, program } from '../support/birdkeeper.js';
import { BackgroundCommand } from '../support/command.js';
import { folderForTest } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { projectRoot, tools } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const COMMANDS = ['run', 'render', 'check', 'diff', 'status'];

/** Where the templates of `--templates` name what they print. */
const SESSION_TEMPLATE = join(projectRoot, 'templates/bird2/partials/session.hbs');

/** A folder with a datastore in it: this node and another one. */
async function siteForTest() {
  const dir = await folderForTest();
  const file = join(dir, 'datastore.yaml');
  await writeFile(
    file,
    '/calico/bgp/v1/host/node-a/ip_addr_v4: 192.0.2.1\n/calico/bgp/v1/host/node-b/ip_addr_v4: 192.0.2.2\n',
  );
  const outputDir = join(dir, 'config');
  return {
    dir,
    outputDir,
    source: ['--file', file, '--node', 'node-a', '--dialect', 'bird2'],
    bird: ['--bird', tools.bird2.bird, '--bird-socket', join(dir, 'bird.ctl')],
  };
}

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

describe('usage', () => {
  test.each(COMMANDS)('%s tells every wrong setting at once, and ends with 2', async (command) => {
    const { exitStatus, stdout, stderr } = await birdkeeper(
      [command, '--role', 'router', '--listen', '9470'],
      { BIRDKEEPER_QUIET_MS: 'soon' },
    );

    expect({ exitStatus, stdout }).toEqual({ exitStatus: 2, stdout: '' });
    expect(stderr).toBe(
      [
        'birdkeeper: --role: "router" is none of node, reflector\n',
        'birdkeeper: --listen: "9470" is neither ADDRESS:PORT nor off\n',
        'birdkeeper: BIRDKEEPER_QUIET_MS: "soon" is not a whole number from 0 to 60000\n',
      ].join(''),
    );
  });

  test.each([
    ['a command that does not exist', ['reload'], "unknown command 'reload'"],
    [
      'an option that does not exist',
      ['render', '--ouput-dir', '/o'],
      "unknown option '--ouput-dir'",
    ],
    ['an option without its value', ['render', '--file'], "'--file <PATH>' argument missing"],
    ['too many words', ['render', 'all'], 'too many arguments'],
    ['no command', [], 'Usage: birdkeeper'],
  ])('%s ends with 2', async (_, args, message) => {
    const { exitStatus, stdout, stderr } = await birdkeeper(args);

    expect({ exitStatus, stdout }).toEqual({ exitStatus: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test.each(COMMANDS)('%s --help names every option, variable and default', async (command) => {
    const { exitStatus, stdout } = await birdkeeper([command, '--help']);

    expect(exitStatus).toBe(0);
    for (const { flag, environment, fallback } of Object.values<Setting<unknown>>(SETTINGS)) {
      if (flag !== undefined) {
        expect(stdout).toContain(`--${flag} <`);
      }
      for (const name of environment) {
        expect(stdout).toContain(name);
      }
      if (fallback !== undefined) {
        expect(stdout).toContain(`default: ${fallback}`);
      }
    }
  });

  test('--help names every command', async () => {
    const { exitStatus, stdout } = await birdkeeper(['--help']);

    expect(exitStatus).toBe(0);
    for (const command of COMMANDS) {
      expect(stdout).toContain(`\n  ${command} `);
    }
  });

  test('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

    expect(await birdkeeper(['--version'])).toEqual({
      exitStatus: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
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

describe('run', () => {
  /** The errors that a daemon logged, without the time. */
  function errorsOf({ stdout }: Ended): readonly Readonly<Record<string, unknown>>[] {
    return stdout
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line))
      .filter(({ level }) => level === 'error')
      .map(({ time: _, level: __, ...fields }) => fields);
  }

  test('ends with 1 and one line when the port of --listen is taken', async () => {
    const { source, bird, outputDir } = await siteForTest();
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      taken.close();
    });
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const listen = ['--output-dir', outputDir, '--listen', `127.0.0.1:${port}`];
    const ended = await birdkeeper(['run', ...source, ...bird, ...listen]);

    expect({ ...ended, stdout: '' }).toEqual({ exitStatus: 1, stdout: '', stderr: '' });
    expect(errorsOf(ended)).toEqual([
      {
        msg: `cannot listen on 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}; set --listen (BIRDKEEPER_LISTEN), or --listen off`,
      },
    ]);
  });

  test('ends with 1 beside another birdkeeper, and names it', async () => {
    const { source, bird, outputDir, dir } = await siteForTest();
    const args = ['run', ...source, ...bird, '--output-dir', outputDir, '--listen', 'off'];
    const log = join(dir, 'first.log');
    const first = new BackgroundCommand(process.execPath, [program, ...args], log);
    onTestFinished(() => first.stop('SIGKILL'));
    await waitFor(() => readFileSync(log, 'utf8').includes('datastore read'), {
      what: 'the first birdkeeper to read its datastore',
    });

    const second = await birdkeeper(args);

    expect({ ...second, stdout: '' }).toEqual({ exitStatus: 1, stdout: '', stderr: '' });
    expect(errorsOf(second)).toEqual([
      {
        msg: `another birdkeeper (process ${first.pid}) works on the same output directory`,
        advice: 'stop it, or set another --output-dir',
      },
    ]);
    await first.stop('SIGTERM');
    expect(first.exitCode).toBe(0);
  });

  test('goes back to the old settings when SIGHUP brings some that it can not start with', async () => {
    const { source, bird, outputDir, dir } = await siteForTest();
    const [config, log] = [join(dir, 'config.yaml'), join(dir, 'daemon.log')];
    await writeFile(config, `output-dir: ${outputDir}\nlisten: off\n`);
    const args = ['run', ...source, ...bird, '--config', config];
    const daemon = new BackgroundCommand(process.execPath, [program, ...args], log);
    onTestFinished(() => daemon.stop('SIGKILL'));
    const reads = (): number => readFileSync(log, 'utf8').split('datastore read').length - 1;
    await waitFor(() => reads() === 1, { what: 'birdkeeper to read its datastore' });

    // A folder in a file.
    await writeFile(config, `output-dir: ${config}/config\nlisten: off\n`);
    daemon.signal('SIGHUP');

    await waitFor(() => reads() === 2, { what: 'birdkeeper to read its datastore again' });
    const said = readFileSync(log, 'utf8');
    expect(said).toContain("can't start with the new settings; the old ones stay");
    expect(said).toContain('ENOTDIR');
    await daemon.stop('SIGTERM');
    expect(daemon.exitCode).toBe(0);
  });

  test('ends with 1 and advice when the output directory cannot be made', async () => {
    const { source, bird, dir } = await siteForTest();
    await writeFile(join(dir, 'taken'), '');

    const output = ['--output-dir', join(dir, 'taken/config'), '--listen', 'off'];
    const ended = await birdkeeper(['run', ...source, ...bird, ...output]);

    expect({ ...ended, stdout: '' }).toEqual({ exitStatus: 1, stdout: '', stderr: '' });
    expect(errorsOf(ended)).toEqual([
      {
        msg: expect.stringMatching(/taken\/config.*ENOTDIR/),
        advice: 'set --output-dir to a folder',
      },
    ]);
  });

  test('ends with 1 when a template does not compile', async () => {
    const { source, bird, dir, outputDir } = await siteForTest();
    await mkdir(join(dir, 'templates'));
    await writeFile(join(dir, 'templates/bird.cfg.hbs'), '{{#if x}\n');

    const output = ['--output-dir', outputDir, '--listen', 'off'];
    const templates = ['--templates', join(dir, 'templates')];
    const ended = await birdkeeper(['run', ...source, ...bird, ...output, ...templates]);

    expect(ended.exitStatus).toBe(1);
    expect(errorsOf(ended)).toEqual([
      { msg: expect.stringContaining(`template ${join(dir, 'templates/bird.cfg.hbs')}:1: `) },
    ]);
  });
});
