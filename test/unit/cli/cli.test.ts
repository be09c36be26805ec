import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cliSiteForTest } from '../../support/cli-site.js';
import { folderForTest } from '../../support/folder.js';
import { birdkeeper } from './in-process.js';

describe('words on the command line', () => {
  test.each([
    [['nothing'], "birdkeeper: unknown command 'nothing'\n"],
    [['bgp', 'nothing'], "birdkeeper: unknown command 'nothing'\n"],
    [['bgp', 'peer', 'nothing'], "birdkeeper: unknown command 'nothing'\n"],
    [['render', '--nothing'], "birdkeeper: unknown option '--nothing'\n"],
    [['render', '--etcd-password', 'x'], "birdkeeper: unknown option '--etcd-password'\n"],
    [['release', '--file', '/x'], "birdkeeper: unknown option '--file'\n"],
    [
      ['rollback', '0'],
      "birdkeeper: command-argument value '0' is invalid for argument 'N'. it must be a number from 1\n",
    ],
    [['render', '--node'], "birdkeeper: option '--node <NAME>' argument missing\n"],
    [
      ['render', 'more'],
      "birdkeeper: too many arguments for 'render'. Expected 0 arguments but got 1.\n",
    ],
    [['bgp', 'peer', 'add', '192.0.2.9'], "birdkeeper: missing required argument 'as'\n"],
    [
      ['status', '-o', 'yaml'],
      "birdkeeper: option '-o, --output <FORMAT>' argument 'yaml' is invalid. Allowed choices are table, json.\n",
    ],
  ])('%j are refused with exit status 2', async (args, err) => {
    expect(await birdkeeper(args)).toEqual({ status: 2, out: '', err });
  });

  test.each([[[]], [['bgp']], [['bgp', 'peer']], [['bgp', 'rr']]])(
    '%j alone shows the commands, with exit status 2',
    async (args) => {
      const { status, out, err } = await birdkeeper(args);

      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toMatch(/^Usage: birdkeeper/);
    },
  );

  test('the version is told', async () => {
    expect(await birdkeeper(['--version'])).toEqual({ status: 0, out: 'development\n', err: '' });
  });
});

describe('help', () => {
  test('lists the commands in the order in which they are needed', async () => {
    const { status, out } = await birdkeeper(['--help']);

    const names = [...out.matchAll(/^ {2}(\w+)(?: \[| {2,})/gm)].map(([, name]) => name);
    expect(status).toBe(0);
    expect(names).toEqual([
      ...['run', 'render', 'check', 'diff', 'status', 'explain'],
      ...['history', 'rollback', 'resume', 'release', 'bgp', 'help'],
    ]);
  });

  test.each([
    [['run'], /^Usage: birdkeeper run \[options\]/, undefined],
    [['render'], /^Usage: birdkeeper render \[options\]/, '0; 1 the datastore cannot be read'],
    [['check'], /^Usage: birdkeeper check \[options\]/, '0 accepted; 1 refused; 2 usage'],
    [['diff'], /^Usage: birdkeeper diff \[options\]/, '0 no difference; 1 differences; 2 usage'],
    [['status'], /^Usage: birdkeeper status \[options\]/, '0 all sessions are established'],
    [['explain'], /^Usage: birdkeeper explain \[options\] <what>/, '0 explained; 1 nothing'],
    [['history'], /^Usage: birdkeeper history \[options\] \[command\]/, '0 shown; 2 usage'],
    [['history', 'show'], /^Usage: birdkeeper history show \[options\] <N>/, '0 shown; 1 there'],
    [['history', 'diff'], /^Usage: birdkeeper history diff \[options\] <A> <B>/, '0 no difference'],
    [['rollback'], /^Usage: birdkeeper rollback \[options\] \[N\]/, '0 BIRD runs it; 1 there is'],
    [['resume'], /^Usage: birdkeeper resume \[options\]/, '0 it is followed; 1 nothing was'],
    [['release'], /^Usage: birdkeeper release \[options\]/, '0 let through; 1 nothing is held'],
    [
      ['bgp', 'node-mesh'],
      /^Usage: birdkeeper bgp node-mesh \[options\] \[state\]/,
      '0 done, or it was so already; 1 not done, and a line says why; 2 usage',
    ],
    [['bgp', 'peer', 'add'], /^Usage: birdkeeper bgp peer add \[options\] <ip> <as> <number>/, '0'],
    [['bgp', 'peer', 'remove'], /^Usage: birdkeeper bgp peer remove \[options\] <ip>/, '0 done'],
    [['bgp', 'peer', 'show'], /^Usage: birdkeeper bgp peer show \[options\]/, '0 shown; 1 the'],
    [['bgp', 'rr', 'add'], /^Usage: birdkeeper bgp rr add \[options\] <ip>/, '0 done'],
    [['bgp', 'rr', 'remove'], /^Usage: birdkeeper bgp rr remove \[options\] <ip>/, '0 done'],
    [['bgp', 'rr', 'show'], /^Usage: birdkeeper bgp rr show \[options\]/, '0 shown'],
    [['bgp', 'default-node-as'], /^Usage: birdkeeper bgp default-node-as \[options\] \[num/, '0'],
  ])(
    'of %j says what it is called with and what its exit status means',
    async (args, usage, is) => {
      const { status, out, err } = await birdkeeper([...args, '--help']);

      expect({ status, err }).toEqual({ status: 0, err: '' });
      expect(out).toMatch(usage);
      expect(out).toContain('Options beat the environment, which beats the file of --config');
      expect(out).toContain(is === undefined ? 'Exit status: ' : `Exit status: ${is}`);
    },
  );

  test('of a command for the datastore alone has nothing of BIRD', async () => {
    const { out } = await birdkeeper(['bgp', 'peer', 'add', '--help']);

    expect(out).toContain('--etcd-endpoints');
    expect(out).not.toContain('--bird');
    expect(out).not.toContain('--output-dir');
  });
});

describe('settings', () => {
  test('that are wrong are told all at once, with exit status 2', async () => {
    const { status, out, err } = await birdkeeper(
      ['render', '--role', 'reflector', '--quiet-ms', 'x'],
      { BIRDKEEPER_DIALECT: 'frr' },
    );

    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err.split('\n')).toEqual([
      'birdkeeper: BIRDKEEPER_DIALECT: "frr" is none of auto, bird1, bird2, bird3, calico',
      'birdkeeper: --quiet-ms: "x" is not a whole number from 0 to 60000',
      'birdkeeper: --role reflector needs an address: --ip or --ip6 (IP, IP6)',
      '',
    ]);
  });

  test('of a config file that is not there are told with its name', async () => {
    const { status, err } = await birdkeeper(['render', '--config', '/no/such.yaml']);

    expect(status).toBe(2);
    expect(err).toMatch(/^birdkeeper: --config \/no\/such\.yaml: it cannot be read: ENOENT/);
  });
});

describe('render', () => {
  test('prints each file after a line with its name', async () => {
    const { source } = await cliSiteForTest();

    const { status, out, err } = await birdkeeper(['render', ...source]);

    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out.match(/^# file: .*$/gm)).toEqual([
      '# file: bird.cfg',
      '# file: bird_aggr.cfg',
      '# file: bird_ipam.cfg',
    ]);
    expect(out).toContain('neighbor 192.0.2.2 as 64512;');
  });

  test('writes the files into a folder that it makes, and nothing beside them', async () => {
    const { source, outputDir } = await cliSiteForTest();

    const outcome = await birdkeeper(['render', ...source, '--output-dir', outputDir]);

    expect(outcome).toEqual({ status: 0, out: '', err: '' });
    expect((await readdir(outputDir)).sort()).toEqual([
      'bird.cfg',
      'bird_aggr.cfg',
      'bird_ipam.cfg',
    ]);
    expect((await stat(join(outputDir, 'bird.cfg'))).mode & 0o777).toBe(0o640);
  });

  test('does not write where birdkeeper run works', async () => {
    const { source, outputDir } = await cliSiteForTest();
    await mkdir(join(outputDir, '.birdkeeper'), { recursive: true });

    const { status, err } = await birdkeeper(['render', ...source, '--output-dir', outputDir]);

    expect(status).toBe(1);
    expect(err).toBe(
      `birdkeeper: ${outputDir} is kept by birdkeeper run (there is ${outputDir}/.birdkeeper); choose another --output-dir\n`,
    );
    expect(await readdir(outputDir)).toEqual(['.birdkeeper']);
  });

  test('that can not write says where, and what to do', async () => {
    const { source, dir } = await cliSiteForTest();
    await writeFile(join(dir, 'file'), '');

    const { status, err } = await birdkeeper(['render', ...source, '--output-dir', `${dir}/file`]);

    expect(status).toBe(1);
    expect(err).toMatch(/^birdkeeper: cannot write to .*\/file: EEXIST.*; set --output-dir\n$/);
  });

  test('without a datastore says what is missing', async () => {
    const file = join(await folderForTest(), 'none.yaml');

    const { status, err } = await birdkeeper([
      'render',
      '--node',
      'a',
      '--dialect',
      'bird2',
      '--file',
      file,
    ]);

    expect(status).toBe(1);
    expect(err).toBe(
      `birdkeeper: can't read the datastore file ${file}: ENOENT: no such file or directory, open '${file}'; create the file, let birdkeeper read it, or correct --file\n`,
    );
  });

  test('tells a problem with its key, and prints the rest', async () => {
    const { source, dir } = await cliSiteForTest();
    const key = '/calico/bgp/v1/global/peer_v4/192.0.2.9';
    const standing = await readFile(join(dir, 'datastore.yaml'), 'utf8');
    await writeFile(join(dir, 'datastore.yaml'), `${standing}${key}: '{"as_num":"x"}'\n`);

    const { status, out, err } = await birdkeeper(['render', ...source]);

    expect(status).toBe(0);
    expect(err).toMatch(`birdkeeper: ${key}: field "as_num": "x" is not an AS number`);
    expect(out).toContain('neighbor 192.0.2.2 as 64512;');
  });
});
