/** The Debian package, built once for all test files of a run. */
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.js';
import { projectRoot } from './tools.js';
import { LONG_DEADLINE_MS } from './wait-for.js';

const script = join(projectRoot, 'packaging/build-deb.mjs');
const { version: currentVersion } = createRequire(import.meta.url)(`${projectRoot}/package.json`);

/** Builds the package into `dir`, whatever was built before; gives the name of its file. */
export async function buildPackage(dir: string): Promise<string> {
  const path = await runCommand(process.execPath, [script, '--output-dir', dir]);
  return path.trim().slice(dir.length + 1);
}

/** Puts the package into `dir`; gives the name of its file. The first test file of a run builds it, the others wait. */
export async function putPackage(dir: string, version: string = currentVersion): Promise<string> {
  const folder = packagesOf(process.ppid);
  await mkdir(folder, { recursive: true });
  const name = `birdkeeper_${version}_all.deb`;
  const file = join(folder, name);
  const build = 'test -e "$1" || exec "$2" "$3" --output-dir "$4" --version "$5"';
  const words = [file, process.execPath, script, folder, version];
  const args = [`${file}.lock`, 'sh', '-c', build, 'sh', ...words];
  await runCommand('flock', args, { timeoutMs: LONG_DEADLINE_MS });
  await copyFile(file, join(dir, name));
  return name;
}

/** Where the packages of a run are, by its process; the name is one of those that another run removes when that process is gone. */
export function packagesOf(pid: number): string {
  return join(tmpdir(), `bk-${pid}-0000-packages`);
}
