/** `birdkeeper render`: reads the datastore once and prints the files, or writes them. Needs no BIRD. */

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Command } from 'commander';

import type { RenderedFile } from '../render/rendered-file.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-status.js';
import { print, warn } from './output.js';
import { commandWithSettings } from './with-settings.js';

/** The command. Exit status 0; 1 when the datastore can't be read or nothing can be rendered; 2 usage. */
export function renderCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'render',
      description:
        'Reads the datastore once and prints the files, each after a line "# file: NAME"; with --output-dir writes them there. Needs no BIRD.',
      exitStatus: '0; 1 the datastore cannot be read, or nothing can be rendered; 2 usage',
      async action(settings, { builtInTemplates, isGiven }) {
        const { renderOnce } = await import('./render-once.js');
        const rendered = await renderOnce(settings, builtInTemplates);
        if (!rendered.ok) {
          warn(rendered.reason);
          return EXIT.no;
        }
        const { files } = rendered.planned.fileSet;
        if (isGiven('outputDir')) {
          if (existsSync(settings.stateDir)) {
            warn(
              `${settings.outputDir} is kept by birdkeeper run (there is ${settings.stateDir}); choose another --output-dir`,
            );
            return EXIT.no;
          }
          return writeFiles(settings.outputDir, files);
        }
        for (const { name, text } of files) {
          print(`# file: ${name}\n${text.trimEnd()}`);
        }
        return EXIT.ok;
      },
    },
    context,
  );
}

async function writeFiles(folder: string, files: readonly RenderedFile[]): Promise<number> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o750 });
    for (const { name, text } of files) {
      await writeFile(join(folder, name), text, { mode: 0o640 });
    }
    return EXIT.ok;
  } catch (error) {
    warn(
      `cannot write to ${folder}: ${error instanceof Error ? error.message : String(error)}; set --output-dir`,
    );
    return EXIT.no;
  }
}
