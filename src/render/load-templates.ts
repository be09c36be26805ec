/** Reads the templates of one dialect from disk, an operator's own before the built-in ones. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { TemplateSource } from './compile.js';
import type { TemplateSources } from './engine.js';
import { TemplateError } from './template-error.js';

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
  const chain: string[] = [];
  for (const folder of dialectFolders.toReversed()) {
    chain.push(join(folders.builtIn, folder));
  }
  if (folders.override !== undefined) {
    await requireFolder(folders.override);
    chain.push(folders.override);
    for (const folder of dialectFolders.toReversed()) {
      chain.push(join(folders.override, folder));
    }
  }
  // What comes later in the chain wins.
  for (const folder of chain) {
    for (const prefix of ['', 'v3/', 'partials/']) {
      await readInto(sources, folder, prefix);
    }
  }
  return sources;
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
  folder: string,
  prefix: string,
): Promise<void> {
  let names: string[];
  try {
    names = await readdir(join(folder, prefix));
  } catch {
    return;
  }
  for (const name of names.filter((file) => file.endsWith(EXTENSION)).sort()) {
    const path = join(folder, prefix, name);
    sources.set(`${prefix}${name.slice(0, -EXTENSION.length)}`, {
      path,
      text: await readFile(path, 'utf8'),
    });
  }
}
