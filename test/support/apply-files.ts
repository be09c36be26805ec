/** File sets with a number that shows in every file and in what BIRD runs. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileSet, fileSetOf } from '../../src/render/file-set.js';
import { runCommand } from './command.js';
import type { TestBirdKind } from './start-bird.js';
import { tools } from './tools.js';

/** What BIRD starts from before birdkeeper has written anything. */
export const IDLE_CONFIG = 'log stderr all;\nrouter id 192.0.2.1;\nprotocol device {\n}\n';

/** Parts of a file set that a test cares for. */
export interface NumberedFilesOptions {
  readonly kind?: TestBirdKind;
  /** More lines of `bird.cfg`, at its end. */
  readonly more?: string;
}

/** A main file and one that it includes: BIRD that runs them has a protocol `gen_N`. */
export function numberedFiles(
  generation: number,
  { kind = 'bird2', more = '' }: NumberedFilesOptions = {},
): FileSet {
  const daemon = kind === 'bird1-ipv6' ? 'bird6' : 'bird';
  const channel = kind.startsWith('bird1') ? '' : '\n  ipv4;';
  const main = `# gen ${generation}\n${IDLE_CONFIG}include "${daemon}_aggr.cfg";\n${more}`;
  const included = `# gen ${generation}\nprotocol static gen_${generation} {${channel}\n}\n`;
  return fileSetOf(
    [
      { name: `${daemon}.cfg`, text: main },
      { name: `${daemon}_aggr.cfg`, text: included },
    ],
    [{ daemon, name: `${daemon}.cfg`, isOptional: false }],
  );
}

/** As `numberedFiles`, and each even generation has a further file: from one to the next a link comes or goes. */
export function filesWithInclude(generation: number): FileSet {
  if (generation % 2 !== 0) {
    return numberedFiles(generation);
  }
  const name = 'bird_more.cfg';
  const { files, mainFiles } = numberedFiles(generation, { more: `include "${name}";\n` });
  return fileSetOf([...files, { name, text: `# gen ${generation}\n` }], mainFiles);
}

/** The generation that all files of `filesWithInclude` are of which BIRD would read. @throws when BIRD refuses them, or they differ */
export async function wholeGeneration(outputDir: string): Promise<number> {
  const main = join(outputDir, 'bird.cfg');
  await runCommand(tools.bird2.bird, ['-p', '-c', main]);
  const includes = (await readFile(main, 'utf8')).matchAll(/^include "(.+)";$/gm);
  const names = ['bird.cfg', ...Array.from(includes, ([, name = '']) => name)];
  const [number = Number.NaN, ...others] = new Set(await numbersOnDisk(outputDir, names));
  if (others.length > 0) {
    throw new Error(`files of generations ${[number, ...others].join()} stand beside each other`);
  }
  return number;
}

/** The file set of a host with two BIRD processes. */
export function bothOf(ipv4: FileSet, ipv6: FileSet): FileSet {
  return fileSetOf([...ipv4.files, ...ipv6.files], [...ipv4.mainFiles, ...ipv6.mainFiles]);
}

/** The numbers in the files that stand at the fixed paths. */
export async function numbersOnDisk(
  outputDir: string,
  names: readonly string[] = ['bird.cfg', 'bird_aggr.cfg'],
): Promise<readonly number[]> {
  const texts = await Promise.all(names.map((name) => readFile(join(outputDir, name), 'utf8')));
  return texts.map((text) => Number(/^# gen (\d+)$/m.exec(text)?.[1]));
}
