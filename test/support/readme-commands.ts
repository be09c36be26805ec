/** The commands that docker/README.md prints, as a shell reads them: tests run them as printed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.js';
import { projectRoot } from './tools.js';

/** Options of `docker run`, and what comes after the image's name. */
export interface PrintedRun {
  readonly options: readonly string[];
  readonly args: readonly string[];
}

/** The options that tests give in their own way. `--restart` is kept from them: a test wants to see an end. */
const OWN_OPTIONS = ['--name', '--net=host', '--restart=unless-stopped', '-d'];

/** The indented blocks of a section of docker/README.md, in their order. @param heading - without its `#` */
export async function printedBlocks(heading: string): Promise<readonly string[]> {
  const text = await readFile(join(projectRoot, 'docker/README.md'), 'utf8');
  const [, section] = text.split(new RegExp(`^#+ ${heading}$`, 'm'));
  if (section === undefined) {
    throw new Error(`docker/README.md has no section "${heading}"`);
  }
  const [body = ''] = section.split(/^#+ /m);
  const blocks = body.match(/(^ {4}.*\n)+/gm) ?? [];
  return blocks.map((block) => block.replaceAll(/^ {4}/gm, ''));
}

/** What the `docker run` of a block asks for. @throws when there is none, or it isn't of the image `birdkeeper` */
export async function printedRun(block: string): Promise<PrintedRun> {
  // The shell takes the words apart; its function prints them, one in a line.
  const script = `docker() { printf '%s\\n' "$@"; }\ninstall() { :; }\n${block}`;
  const words = (await runCommand('sh', ['-c', script])).trimEnd().split('\n');
  const image = words.findLastIndex(
    (word, i) => word === 'birdkeeper' && words[i - 1] !== '--name',
  );
  if (words[0] !== 'run' || image < 0) {
    throw new Error(`no docker run of birdkeeper: ${block}`);
  }
  const options = words
    .slice(1, image)
    .filter((word, i, all) => !OWN_OPTIONS.includes(word) && all[i - 1] !== '--name');
  const readOnly = options.includes('--read-only') ? ['--read-only-tmpfs=false'] : [];
  return { options: [...options, ...readOnly], args: words.slice(image + 1) };
}

/** Options with the source of each volume and folder put elsewhere: by its name, or its path outside of the container. */
export function mountedElsewhere(
  options: readonly string[],
  places: Readonly<Record<string, string>>,
): readonly string[] {
  return options.map((option, i) => {
    if (options[i - 1] !== '-v') {
      return option;
    }
    const [source = '', ...rest] = option.split(':');
    const place = places[source];
    if (place === undefined) {
      throw new Error(`the test has no place for ${option}`);
    }
    return [place, ...rest].join(':');
  });
}

/** What a block's `docker run` asks for, on volumes and folders elsewhere; see `mountedElsewhere`. */
export async function printedElsewhere(
  block: string,
  places: Readonly<Record<string, string>>,
): Promise<PrintedRun> {
  const { options, args } = await printedRun(block);
  return { options: mountedElsewhere(options, places), args };
}
