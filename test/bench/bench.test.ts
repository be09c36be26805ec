/** The benchmark itself: that it measures, and that it says so when the daemon does not do its work. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { folderForTest } from '../support/folder.js';
import { projectRoot } from '../support/tools.js';
import { LONG_DEADLINE_MS } from '../support/wait-for.js';

/** As little as there can be of everything. */
const LITTLE = [
  ...[
    '--hosts',
    '20',
    '--v3-nodes',
    '10',
    '--starts',
    '1',
    '--idle',
    '0.1',
    '--puts',
    '2',
    '--burst',
    '20',
  ],
  ...['--lanes', '4', '--trickle', '5', '--floor', '2'],
];

function runBench(...args: readonly string[]): Promise<string> {
  const runner = join(projectRoot, 'test/support/run-ts.mjs');
  const bench = join(projectRoot, 'test/bench/bench.ts');
  return runCommand(process.execPath, [runner, bench, ...LITTLE, ...args], {
    timeoutMs: LONG_DEADLINE_MS,
  });
}

test('the benchmark prints a table, and writes the figures as JSON', async () => {
  const jsonFile = join(await folderForTest(), 'figures.json');

  const table = await runBench('--json', jsonFile);

  expect(table).toContain('|  | 20 hosts | 10 v3 nodes |\n');
  expect(table).toContain('| file and BIRD right after every phase | yes | yes |\n');
  const { sizes } = JSON.parse(await readFile(jsonFile, 'utf8'));
  expect(sizes).toMatchObject([
    { hosts: 20, keys: 67, put: { count: 2, reloads: 2 }, wrong: [] },
    { hosts: 10, keys: 299, put: { reloads: 2 }, labels: { count: 2, reloads: 0 }, wrong: [] },
  ]);
});

test('the benchmark ends with WRONG and status 1 when the daemon ends', async () => {
  const program = join(await folderForTest(), 'ends-at-once.mjs');
  await writeFile(program, 'process.exitCode = 3;\n');

  const outcome = runBench('--program', program);

  await expect(outcome).rejects.toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('WRONG: Error: birdkeeper ended'),
  });
});
