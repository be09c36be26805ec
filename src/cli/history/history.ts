/** `birdkeeper history`: the generations that are kept, why each was made, and what BIRD said. */

import type { Command } from 'commander';

import { type Generation, readGeneration } from '../../apply/disk/generation-folders.js';
import type { KeptGeneration } from '../../apply/story/history.js';
import { outputOption } from '../bgp/arguments.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-status.js';
import { hidingPasswords } from '../hide-passwords.js';
import { print, warn } from '../output.js';
import { printPatch } from '../print-patch.js';
import { commandWithSettings } from '../with-settings.js';
import { generationArgument } from './arguments.js';
import { generationText, historyText } from './history-text.js';
import { type KeptState, notKept, STATE_SETTINGS, withKeptState } from './kept-state.js';

/** The command, with `show` and `diff` below it. */
export function historyCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'history',
      description:
        'Shows the generations that are kept on this host, the oldest first: when and why each was made, what changed, and what BIRD runs. Reads the state directory: give the same --output-dir or --state-dir as to run.',
      exitStatus: '0 shown; 2 usage, or the state directory cannot be read',
      settings: STATE_SETTINGS,
      declare: (command) => command.addOption(outputOption()),
      action: (settings, { options }) =>
        withKeptState(settings, async ({ kept, pinned }) => {
          const isJson = options.output === 'json';
          const shown = kept.map((generation) => jsonOf(generation, pinned));
          print(isJson ? JSON.stringify(shown, undefined, 2) : historyText(kept, numberOf(pinned)));
          return EXIT.ok;
        }),
    },
    context,
  )
    .enablePositionalOptions()
    .addCommand(showCommand(context))
    .addCommand(diffCommand(context));
}

function showCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'show',
      description: 'Shows one of them, with all that is known of it.',
      exitStatus:
        '0 shown; 1 there is no such generation; 2 usage, or the state directory cannot be read',
      settings: STATE_SETTINGS,
      declare: (command) =>
        command.addArgument(generationArgument('<N>')).addOption(outputOption()),
      action: (settings, { args, options }) =>
        withKeptState(settings, async ({ kept, pinned }) => {
          const [sequence] = args as readonly [number];
          const generation = kept.find((one) => one.sequence === sequence);
          if (generation === undefined) {
            warn(notKept(sequence, kept));
            return EXIT.no;
          }
          print(
            options.output === 'json'
              ? JSON.stringify(jsonOf(generation, pinned), undefined, 2)
              : generationText(generation, numberOf(pinned)),
          );
          return EXIT.ok;
        }),
    },
    context,
  );
}

function diffCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'diff',
      description:
        'Shows what is different in the files of generation B, as a unified diff. Passwords are not shown.',
      exitStatus:
        '0 no difference; 1 differences; 2 usage, or there is no such generation, or it cannot be read',
      settings: STATE_SETTINGS,
      declare: (command) =>
        command.addArgument(generationArgument('<A>')).addArgument(generationArgument('<B>')),
      action: (settings, { args }) =>
        withKeptState(settings, async (state) => {
          const [a, b] = args as readonly [number, number];
          const [before, after] = [wholeOf(a, state), wholeOf(b, state)];
          return before === undefined || after === undefined
            ? EXIT.error
            : printDifferences(before, after);
        }),
    },
    context,
  );
}

function wholeOf(sequence: number, { layout, kept }: KeptState): Generation | undefined {
  const generation = readGeneration(layout, sequence);
  if (generation === undefined) {
    warn(notKept(sequence, kept));
  }
  return generation;
}

async function printDifferences(before: Generation, after: Generation): Promise<number> {
  if (before.fileSet.digest === after.fileSet.digest) {
    return EXIT.ok;
  }
  const textsOf = ({ fileSet }: Generation) =>
    new Map(fileSet.files.map(({ name, text }) => [name, text]));
  const [old, fresh] = [textsOf(before), textsOf(after)];
  const hide = hidingPasswords();
  for (const name of new Set([...old.keys(), ...fresh.keys()])) {
    await printPatch(
      { a: `${before.sequence}/${name}`, b: `${after.sequence}/${name}` },
      hide(old.get(name) ?? ''),
      hide(fresh.get(name) ?? ''),
    );
  }
  return EXIT.no;
}

/** A generation as it is told to programs. */
function jsonOf(generation: KeptGeneration, pinned: KeptState['pinned']): object {
  const isPinned = generation.sequence !== undefined && generation.sequence === pinned;
  return { ...generation, isPinned };
}

function numberOf(pinned: KeptState['pinned']): number | undefined {
  return pinned === 'unreadable' ? undefined : pinned;
}
