/** What ends a start of `birdkeeper run`, or what a SIGHUP can't change. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runBirdkeeper as birdkeeper, type Ended, program } from '../support/birdkeeper.js';
import { cliSiteForTest as siteForTest } from '../support/cli-site.js';
import { BackgroundCommand } from '../support/command.js';
import { waitFor } from '../support/wait-for.js';

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
      msg: `another birdkeeper (process ${first.pid}) works on the same output directory ${outputDir}`,
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
