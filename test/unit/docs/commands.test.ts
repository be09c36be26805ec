/** Every command that a document prints is known to a test that runs it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  commandsIn,
  commandsOf,
  DOCS_WITH_COMMANDS,
  ELSEWHERE,
  namedCommand,
  RUN,
} from '../../support/doc-commands.js';
import { projectRoot } from '../../support/tools.js';

const known = new Set([...RUN.map(({ command }) => command), ...Object.keys(ELSEWHERE)]);
const printed = DOCS_WITH_COMMANDS.flatMap(commandsOf);

test.each(DOCS_WITH_COMMANDS)('every command of %s is run by a test', (doc) => {
  const unknown = commandsOf(doc)
    .filter((found) => namedCommand(found) === undefined)
    .map(({ command }) => command)
    .filter((command) => !known.has(command));

  expect(unknown).toEqual([]);
});

test('a test runs no command that no document prints any more', () => {
  const commands = new Set(printed.map(({ command }) => command));

  expect([...known].filter((command) => !commands.has(command))).toEqual([]);
});

test.each(Object.entries(ELSEWHERE))('%s is run by %j', (_, [file, words]) => {
  expect(readFileSync(join(projectRoot, file), 'utf8')).toContain(words);
});

describe('commands in a text', () => {
  test('are lines of indented blocks, without comments', () => {
    expect(commandsIn('Do\n\n    birdc down    # at last\n    odd command\n\nand go.')).toEqual([
      { command: 'birdc down', kind: 'block' },
      { command: 'odd command', kind: 'block' },
    ]);
  });

  test('are lines of fenced blocks of a shell, and those of others that begin with a program', () => {
    const text = '```sh\nodd command\n```\n```\nbirdc down\nbird.cfg -> x\n```\n```yaml\na: b\n```';
    expect(commandsIn(text).map(({ command }) => command)).toEqual(['odd command', 'birdc down']);
  });

  test('are inline code that begins with a program, also over two lines', () => {
    expect(commandsIn('Say `birdc configure\n  soft`, not `configure`, to `bird -R`.')).toEqual([
      { command: 'birdc configure soft', kind: 'inline' },
    ]);
  });

  test.each([
    ['birdkeeper status', 'status'],
    ['birdkeeper bgp peer add IP as N', 'bgp peer add'],
    ['birdkeeper bgp …', 'bgp'],
    ['birdkeeper bgp node-mesh [on\\|off]', 'bgp node-mesh'],
    ['birdkeeper COMMAND --help', ''],
    ['birdkeeper diff --templates DIR', undefined],
    ['birdc down', undefined],
  ])('%s in a sentence names %j', (command, words) => {
    expect(namedCommand({ command, kind: 'inline' })).toBe(words);
    expect(namedCommand({ command, kind: 'block' })).toBeUndefined();
  });
});
