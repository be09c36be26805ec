/**
 * Before any test: builds the program when a source is newer, so that a single test file may be run just after an edit. After all
 * tests: removes the packages that were built for them.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './birdkeeper.js';
import { packagesOf } from './debian-package.js';
import { projectRoot } from './tools.js';

/** Called by vitest, once for all test files. */
export default function buildIfStale(): () => void {
  const source = join(projectRoot, 'src');
  const changedMs = (path: string): number =>
    statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const times = readdirSync(source, { recursive: true, encoding: 'utf8' }).map((name) =>
    changedMs(join(source, name)),
  );
  if (Math.max(...times) > changedMs(program)) {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: projectRoot, stdio: 'inherit' });
  }
  return () => rmSync(packagesOf(process.pid), { recursive: true, force: true });
}
