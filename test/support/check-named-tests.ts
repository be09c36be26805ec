/** Ends with status 1 when docs/guarantees.md names a test that isn't there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.js';
import { namedFiles, wrongNames } from './named-tests.js';
import { projectRoot } from './tools.js';

const DOC = 'docs/guarantees.md';

const text = await readFile(join(projectRoot, DOC), 'utf8');
const titles = await titlesByFile(namedFiles(text));
const wrong = wrongNames(text, (path) => titles.get(path));
for (const line of wrong) {
  console.error(`${DOC}: ${line}`);
}
process.exitCode = wrong.length === 0 ? 0 : 1;

/** The titles of the tests in these files, which aren't run for that. A file that isn't there is left out. */
async function titlesByFile(
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const command = ['list', ...paths, '--static-parse', '--json'];
  const found: readonly { name: string; file: string }[] = JSON.parse(
    await runCommand(join(projectRoot, 'node_modules/.bin/vitest'), command),
  );
  return new Map(
    paths.flatMap((path): [string, readonly string[]][] => {
      const names = found.filter(({ file }) => file === join(projectRoot, path));
      return names.length === 0 ? [] : [[path, names.map(({ name }) => name)]];
    }),
  );
}
