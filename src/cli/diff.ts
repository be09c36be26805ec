/** `birdkeeper diff`: what `run` would change right now. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Command } from 'commander';

import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-status.js';
import { hidingPasswords } from './hide-passwords.js';
import { warn } from './output.js';
import { printPatch } from './print-patch.js';
import { commandWithSettings } from './with-settings.js';

/** The command. Exit status 0 nothing; 1 differences; 2 usage, or an error. */
export function diffCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'diff',
      description:
        'Shows what run would change right now in the files of --output-dir, as a unified diff: with the last good values that it keeps, raw statements judged by BIRD, and nothing of what it holds back. Passwords are not shown.',
      exitStatus:
        '0 no difference; 1 differences; 2 usage, or the datastore or a file could not be read',
      async action(settings, { builtInTemplates }) {
        const { renderAsRun } = await import('./render-once.js');
        const rendered = await renderAsRun(settings, builtInTemplates);
        if (!rendered.ok) {
          warn(rendered.reason);
          return EXIT.error;
        }
        if (rendered.isHeld === true) {
          return EXIT.ok;
        }
        const hide = hidingPasswords();
        let isSame = true;
        for (const { name, text } of rendered.planned.fileSet.files) {
          const standing = await textOf(join(settings.outputDir, name));
          if (standing === undefined) {
            return EXIT.error;
          }
          if (standing !== text) {
            isSame = false;
            const names = { a: `a/${name}`, b: `b/${name}` };
            await printPatch(names, hide(standing), hide(text));
          }
        }
        return isSame ? EXIT.ok : EXIT.no;
      },
    },
    context,
  );
}

/** The text of a standing file, empty where there is none; `undefined`, and said, when it can't be read. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return '';
    }
    warn(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
