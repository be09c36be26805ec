import { Command } from 'commander';

import type { Settings } from '../settings/load-settings.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-status.js';
import { addSettings, settingsOf } from './options.js';
import { complain } from './output.js';

/** What a command is called and does. */
export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  /** What each exit status means, for `--help`. */
  readonly exitStatus: string;
  /** Does the work; gives the exit status. */
  readonly action: (settings: Settings, call: CommandCall) => Promise<number>;
}

/** One call of a command. */
export interface CommandCall extends CommandContext {
  /** The options of the command line as commander gives them, to read settings anew. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether an option (`outputDir`) was on the command line. */
  readonly isGiven: (option: string) => boolean;
}

/** A command that takes all settings as options. Wrong settings are told all at once, with exit status 2. */
export function commandWithSettings(
  { name, description, exitStatus, action }: CommandDescription,
  context: CommandContext,
): Command {
  const command = addSettings(new Command(name).description(description)).addHelpText(
    'after',
    `\nExit status: ${exitStatus}.`,
  );
  return command.action(async (options: Readonly<Record<string, unknown>>) => {
    const loaded = await settingsOf(options);
    if (!loaded.ok) {
      for (const mistake of loaded.mistakes) {
        complain(mistake);
      }
      context.finish(EXIT.trouble);
      return;
    }
    const isGiven = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
    context.finish(await action(loaded.settings, { ...context, options, isGiven }));
  });
}
