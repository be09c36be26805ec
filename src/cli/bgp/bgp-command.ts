import type { Command } from 'commander';

import { DATASTORE_SETTINGS } from '../../settings/settings.js';
import type { CommandContext } from '../command-context.js';
import { type CommandDescription, commandWithSettings } from '../with-settings.js';

/** A command about the datastore alone: it takes the options of the datastore, and those of its own. */
export function bgpCommandOf(
  description: Omit<CommandDescription, 'settings'>,
  context: CommandContext,
): Command {
  return commandWithSettings({ ...description, settings: DATASTORE_SETTINGS }, context);
}

/** What each exit status of a command means that may change something. */
export const EDIT_EXIT_STATUS =
  '0 done, or it was so already; 1 not done, and a line says why; 2 usage';

/** Adds the option that goes on where routes would be lost. */
export function addForce(command: Command): Command {
  return command.option('--force', 'do it even when nodes lose their BGP paths to each other');
}
