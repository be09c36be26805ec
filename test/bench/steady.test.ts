/** `npm run test:steady`, on test files of its own: what it lists, and that it leaves nothing running. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderForTest } from '../support/folder.js';
import { projectRoot } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

/** Runs it on these test files alone, so often beside busy loops. */
async function steady(files: Readonly<Record<string, string>>, times: number) {
  const dir = await folderForTest();
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(dir, name), text);
  }
  const script = join(projectRoot, 'test/support/steady.mjs');
  const vitest = ['--', '--root', dir, '--globals'];
  const args = [script, '--files', '--times', String(times), '.test.mjs', ...vitest];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGTERM'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return { child, dir, ended: once(child, 'close').then(([status]) => ({ status, output })) };
}

/** The processes that were started with this text in their arguments. */
function processesNaming(text: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      // It has just ended.
      return false;
    }
  });
}

test('what failed in one of two runs is listed with its count, and its status says so', async () => {
  const flaky = `
    import { appendFileSync, readFileSync } from 'node:fs';
    const runs = new URL('runs', import.meta.url);
    test('always passes', () => {});
    test('passes once', () => {
      appendFileSync(runs, '.');
      expect(readFileSync(runs, 'utf8')).toBe('.');
    });`;
  const broken = `throw new Error('no');`;
  const { ended } = await steady({ 'flaky.test.mjs': flaky, 'broken.test.mjs': broken }, 2);

  const { status, output } = await ended;

  expect(output).toMatch(/^1\/2 files, beside two busy loops: 2 passed, 0 failed, \d+ s$/m);
  expect(output).toMatch(/^2\/2 files, beside two busy loops: 1 passed, 1 failed, \d+ s$/m);
  expect(output).toMatch(
    /^failed at least once:\n {2}2 of 2 runs: \S*broken\.test\.mjs \(as a whole\)\n {2}1 of 2 runs: \S*flaky\.test\.mjs > passes once\n$/m,
  );
  expect(status).toBe(1);
});

test('where nothing failed it says so', async () => {
  const { ended } = await steady({ 'sound.test.mjs': `test('passes', () => {});` }, 1);

  expect(await ended).toEqual({ status: 0, output: expect.stringContaining('nothing failed\n') });
});

test('the busy loops and the tests end with it', async () => {
  const hanging = `test('hangs', () => new Promise(() => setInterval(() => {}, 1000)), 1e9);`;
  const { child, dir, ended } = await steady({ 'hanging.test.mjs': hanging }, 1);
  const busy = `birdkeeper-busy-${child.pid}`;
  await waitFor(() => processesNaming(busy).length === 2, { what: 'two busy loops' });
  await waitFor(() => processesNaming(dir).length === 2, { what: 'vitest beside the script' });

  child.kill('SIGTERM');
  await ended;

  await waitFor(() => processesNaming(busy).length === 0, { what: 'the busy loops to end' });
  await waitFor(() => processesNaming(dir).length === 0, { what: 'vitest to end' });
});

test('a wrong option is told with those that there are', async () => {
  const script = join(projectRoot, 'test/support/steady.mjs');
  const child = spawn(process.execPath, [script, '--often'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));

  const [status] = await once(child, 'close');

  expect(status).toBe(2);
  expect(said.join('')).toContain('usage: npm run test:steady');
});
