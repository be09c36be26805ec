/** README.md's table of commands is whole. That each of them works is tested in `doc-commands.test.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBirdkeeper } from '../support/birdkeeper.js';
import { projectRoot } from '../support/tools.js';

const README = readFileSync(join(projectRoot, 'README.md'), 'utf8');

test('the table has every command that --help has', async () => {
  const commands = [...README.matchAll(/^\| `birdkeeper ([a-z]+)/gm)].map(([, name]) => name);
  const { stdout } = await runBirdkeeper(['--help']);
  const named = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);

  expect(named).not.toEqual([]);
  expect(named.filter((name) => name !== 'help' && !commands.includes(name))).toEqual([]);
});
