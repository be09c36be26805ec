/** What all commands of the built program have in common: their options, and how a wrong one is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Setting } from '../../src/settings/setting.js';
import { SETTINGS } from '../../src/settings/settings.js';
import { runBirdkeeper as birdkeeper } from '../support/birdkeeper.js';
import { projectRoot } from '../support/tools.js';

const COMMANDS = ['run', 'render', 'check', 'diff', 'status'];

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
