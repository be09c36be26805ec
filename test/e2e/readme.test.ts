/** What README.md shows works as it stands there, on the built program. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBirdkeeper } from '../support/birdkeeper.js';
import { folderForTest } from '../support/folder.js';
import { projectRoot } from '../support/tools.js';

const README = readFileSync(join(projectRoot, 'README.md'), 'utf8');

test('the example without etcd renders a session and a block', async () => {
  const [, yaml = expect.fail()] = /```yaml\n(.*?)```/s.exec(README) ?? [];
  const [, command = expect.fail()] = /^ {4}birdkeeper (render --file .*)$/m.exec(README) ?? [];
  const file = join(await folderForTest(), 'cluster.yaml');
  await writeFile(file, yaml);

  const { exitStatus, stdout, stderr } = await runBirdkeeper(
    command.split(' ').map((word) => (word === 'cluster.yaml' ? file : word)),
  );

  expect({ exitStatus, stderr }).toEqual({ exitStatus: 0, stderr: '' });
  expect(stdout).toContain('protocol bgp Mesh_172_17_42_32');
  expect(stdout).toContain('route 192.168.0.0/26 blackhole');
});

const commands = [...README.matchAll(/^\| `birdkeeper ([a-z -]+)/gm)].map(([, words = '']) =>
  words.trim(),
);

test('the table has every command that --help has', async () => {
  const { stdout } = await runBirdkeeper(['--help']);
  const named = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
  expect(named).not.toEqual([]);
  const missing = named.filter(
    (name) => name !== 'help' && !commands.some((words) => words.split(' ')[0] === name),
  );
  expect(missing).toEqual([]);
});

test.each(commands)('birdkeeper %s is a command', async (words) => {
  const { exitStatus, stdout } = await runBirdkeeper([...words.split(' '), '--help']);
  expect(exitStatus).toBe(0);
  expect(stdout).toContain(`Usage: birdkeeper ${words}`);
});
