import { Command } from 'commander';

import type { Settings } from '../settings/load-settings.js';
import type { SettingName } from '../settings/settings.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-status.js';
import { ALL_SETTINGS, addSettings, settingsOf } from './options.js';
import { warn } from './output.js';

/** What a command is called and does. */
export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  /** What each exit status means, for `--help`. */
  readonly exitStatus: string;
  /** Settings that it takes as options; all unless told. */
  readonly settings?: readonly SettingName[];
  /** Adds arguments and options of its own, before the settings. */
  readonly declare?: (command: Command) => void;
  /** Does the work; gives the exit status. */
  readonly action: (settings: Settings, call: CommandCall) => Promise<number>;
}

/** One call of a command. */
export interface CommandCall extends CommandContext {
  /** The options of the command line as commander gives them, to read settings anew. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The arguments of the command line, as their declaration parses them. */
  readonly args: readonly unknown[];
  /** Whether an option (`outputDir`) was on the command line. */
  readonly isGiven: (option: string) => boolean;
}

/** A command that takes settings as options. Wrong ones are told all at once, with exit status 2. */
export function commandWithSettings(
  { name, description, exitStatus, settings = ALL_SETTINGS, declare, action }: CommandDescription,
  context: CommandContext,
): Command {
  const command = new Command(name).description(description);
  declare?.(command);
  addSettings(command, settings).addHelpText('after', `\nExit status: ${exitStatus}.`);
  return command.action(async () => {
    const options: Readonly<Record<string, unknown>> = command.opts();
    const loaded = await settingsOf(options, settings);
    if (!loaded.ok) {
      for (const reason of loaded.reasons) {
        warn(reason);
      }
      context.finish(EXIT.error);
      return;
    }
    const isGiven = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
    context.finish(
      await action(loaded.settings, { ...context, options, args: command.processedArgs, isGiven }),
    );
  });
}
