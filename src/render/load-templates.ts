/** Reads the templates of one dialect from disk, an operator's own before the built-in ones. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { TemplateError } from './template-error.js';

/** Template sources by name, without `.hbs`: `bird.cfg`, `partials/session`. */
export type TemplateSources = ReadonlyMap<string, TemplateSource>;

/** One template. */
export interface TemplateSource {
  /** Where it was read from, for messages; of a built-in one inside of the program's folder: `templates/bird2/bird.cfg.hbs`. */
  readonly path: string;
  readonly text: string;
}

const EXTENSION = '.hbs';

/** Where templates are. */
export interface TemplateFolders {
  /** The folder that comes with birdkeeper, with one folder for each dialect. */
  readonly builtIn: string;
  /** An operator's folder (`--templates`): `bird2/bird.cfg.hbs` for one dialect, `bird.cfg.hbs` for any. */
  readonly override?: string;
}

/**
 * The templates of a dialect that looks into `dialectFolders`, the first one first. A file in the override folder
 * replaces the built-in one of the same name; one that has no built-in counterpart may serve as a partial.
 *
 * @throws {TemplateError} when the override folder can't be read
 */
export async function loadTemplates(
  folders: TemplateFolders,
  dialectFolders: readonly string[],
): Promise<TemplateSources> {
  const sources = new Map<string, TemplateSource>();
  const chain: Place[] = [];
  for (const folder of dialectFolders.toReversed()) {
    chain.push({ folder: join(folders.builtIn, folder), shownAs: join('templates', folder) });
  }
  if (folders.override !== undefined) {
    await requireFolder(folders.override);
    for (const name of ['', ...dialectFolders.toReversed()]) {
      const folder = join(folders.override, name);
      chain.push({ folder, shownAs: folder });
    }
  }
  // What comes later in the chain wins.
  for (const place of chain) {
    for (const prefix of ['', 'v3/', 'partials/']) {
      await readInto(sources, place, prefix);
    }
  }
  return sources;
}

/** A folder with templates, and what it is called in messages. */
interface Place {
  readonly folder: string;
  readonly shownAs: string;
}

async function requireFolder(folder: string): Promise<void> {
  try {
    await readdir(folder);
  } catch (error) {
    throw new TemplateError(folder, 'the folder of templates (--templates) cannot be read', {
      cause: error,
    });
  }
}

async function readInto(
  sources: Map<string, TemplateSource>,
  { folder, shownAs }: Place,
  prefix: string,
): Promise<void> {
  let names: string[];
  try {
    names = await readdir(join(folder, prefix));
  } catch {
    return;
  }
  for (const name of names.filter((file) => file.endsWith(EXTENSION)).sort()) {
    sources.set(`${prefix}${name.slice(0, -EXTENSION.length)}`, {
      path: join(shownAs, prefix, name),
      text: await readFile(join(folder, prefix, name), 'utf8'),
    });
  }
}
