/** What the parts of the set-up share: running a program, finding one, and saying what is done. Plain Node. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

// Debian's apt fetches as user _apt, who cannot write to a folder of root's, and warns about it.
export const aptOptions = ['-qq', '-o', 'APT::Sandbox::User=root', '-o', 'Dpkg::Use-Pty=0'];

/** What is told in one line, without a stack. */
export class SetUpError extends Error {}

/** Runs a program to its end. @throws {SetUpError} with everything that it said, when it fails */
export function run(command, arguments_, env = {}, cwd = root) {
  const result = spawnSync(command, arguments_, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) {
    return;
  }
  const reason = result.error?.message ?? result.signal ?? `exit status ${result.status}`;
  throw new SetUpError(
    `"${[command, ...arguments_].join(' ')}" failed (${reason}):\n${result.stdout ?? ''}${result.stderr ?? ''}`,
  );
}

/** Where a program of this machine is, if it is. */
export function find(program) {
  const folders = [
    ...(process.env.PATH ?? '').split(':'),
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
  ];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** Whether there is a program at `path`. */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Tells what is done. */
export function say(line) {
  console.log(`set-up: ${line}`);
}

/** The address of the machine's own Debian mirror. */
export function mirror() {
  const known = mirrorInLists();
  if (known !== undefined) {
    return known;
  }
  say('fetching the package lists (apt-get update)');
  run('apt-get', [...aptOptions, 'update']);
  const fetched = mirrorInLists();
  if (fetched !== undefined) {
    return fetched;
  }
  throw new SetUpError(
    "apt's sources have no Debian mirror: add one, so that BIRDs of other releases can be fetched",
  );
}

function mirrorInLists() {
  const format = '$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(COMPONENT)';
  const { stdout } = spawnSync(
    'apt-get',
    ['indextargets', '--format', format, 'Created-By: Packages'],
    { encoding: 'utf8' },
  );
  return stdout
    .split('\n')
    .find((line) => line.endsWith('|Debian|Debian|main'))
    ?.split('|')[0];
}
