/** The demo as a newcomer runs it: it cleans up, also after Ctrl-C, and `--keep` leaves a lab to type commands in. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { projectRoot } from '../support/tools.js';
import { LONG_DEADLINE_MS, waitFor } from '../support/wait-for.js';

/** `npm run demo` without its set-up and build, which have been. */
const demo = ['test/support/run-ts.mjs', 'test/support/demo.ts'].map((f) => join(projectRoot, f));

/** Of these demos alone: one that somebody keeps on this machine is not met. */
const temporary = mkdtempSync(join(tmpdir(), 'birdkeeper-demo-'));
const environment = { ...process.env, TMPDIR: temporary };
afterAll(() => rmSync(temporary, { recursive: true }));

function runDemo(...args: readonly string[]): Promise<string> {
  const command = [`TMPDIR=${temporary}`, process.execPath, ...demo, ...args];
  return runCommand('env', command, { timeoutMs: LONG_DEADLINE_MS });
}

/** What the lab of a demo has left on this machine. */
function leftOf(labId: string): readonly string[] {
  return ['/run/netns', temporary].flatMap((dir) =>
    readdirSync(dir).filter((name) => name.startsWith(labId)),
  );
}

function labIdIn(output: string): string {
  return /namespaces are called (bk-\d+-[0-9a-f]+)-HOST/.exec(output)?.[1] ?? expect.fail(output);
}

test('--keep leaves the hosts running for commands typed by hand, until --stop', async () => {
  const output = await runDemo('--bird', 'mixed', '--keep');
  onTestFinished(() => void runDemo('--stop').catch(() => undefined));
  const labId = labIdIn(output);
  expect(output).toMatch(/All \d+ checks passed in [\d.]+ s\./);
  const [enter = ''] = /\S*\/kube-node1\/enter/.exec(output) ?? [];

  const shell = (commandLine: string): Promise<string> =>
    runCommand(enter, ['sh', '-c', commandLine]);
  expect(await shell('birdkeeper bgp node-mesh')).toBe('off\n');
  expect(await shell('birdkeeper bgp peer show')).toContain('| 172.17.42.40         | 65100  |');
  expect(await shell('birdkeeper status')).toContain('Established');
  expect(await shell('ip route show')).toContain(
    '192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird',
  );
  expect(await shell('birdc show protocols')).toContain('Global_172_17_42_40');
  await expect(runDemo('--keep')).rejects.toThrow('a demo is kept running already');

  expect(await runDemo('--stop')).toContain('its namespaces are removed');
  expect(leftOf(labId)).toEqual([]);
  await expect(runDemo('--stop')).rejects.toThrow('no demo is kept running');
});

test('Ctrl-C ends it at any time, and nothing is left', async () => {
  const child = spawn(process.execPath, demo, {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  await waitFor(() => output.includes('ip route show'), {
    what: 'the first routes',
  });

  const [, signal] = await endedBy(child, 'SIGINT');

  expect(signal).toBe('SIGINT');
  expect(leftOf(labIdIn(output))).toEqual([]);
});

test('--help lists the options that README names', async () => {
  const help = await runDemo('--help');

  for (const option of [
    '--keep',
    '--stop',
    '--bird',
    '--keys',
    '--datastore',
    '--second-reflector',
  ]) {
    expect(help).toContain(option);
  }
});

test('a wrong option is told with those that there are', async () => {
  const usage = /exit status 2\): usage: npm run demo/;
  await expect(runDemo('--bird', 'bird9')).rejects.toThrow(usage);
  await expect(runDemo('--keys', 'v3', '--datastore', 'etcd2')).rejects.toThrow(usage);
});

async function endedBy(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown[]> {
  const ended = once(child, 'exit');
  child.kill(signal);
  return ended;
}
