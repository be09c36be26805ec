import type { Command } from 'commander';

import { DATASTORE_SETTINGS } from '../../settings/settings.js';
import type { Verb } from '../../verbs/verb.js';
import type { CommandContext } from '../command-context.js';
import { type CommandCall, commandWithSettings } from '../with-settings.js';
import type { Shown } from './show-store.js';

/** What a command about the datastore alone is called and does. */
export interface BgpCommandDescription {
  readonly name: string;
  readonly description: string;
  /** Adds arguments and options of its own. */
  readonly declare?: (command: Command) => void;
  /** What one call asks for. */
  readonly requestOf: (call: CommandCall) => Request;
}

/** What an operator asks for: a change, or to be shown something. */
export type Request =
  | { readonly kind: 'change'; readonly verb: Verb }
  | ({ readonly kind: 'show' } & Shown);

/** A command that may change something. */
export function changingCommand(
  description: BgpCommandDescription,
  context: CommandContext,
): Command {
  return bgpCommandOf(
    {
      ...description,
      exitStatus: '0 done, or it was so already; 1 not done, and a line says why; 2 usage',
      declare(command) {
        command.option('--force', 'do it even when nodes lose their BGP paths to each other');
        description.declare?.(command);
      },
    },
    context,
  );
}

/** A command that only shows something. */
export function showingCommand(
  description: BgpCommandDescription,
  context: CommandContext,
): Command {
  const exitStatus = '0 shown; 1 the datastore could not be read; 2 usage';
  return bgpCommandOf({ ...description, exitStatus }, context);
}

function bgpCommandOf(
  { requestOf, ...description }: BgpCommandDescription & { readonly exitStatus: string },
  context: CommandContext,
): Command {
  return commandWithSettings(
    {
      ...description,
      settings: DATASTORE_SETTINGS,
      async action(settings, call) {
        const request = requestOf(call);
        if (request.kind === 'show') {
          const { showBgp } = await import('./show-store.js');
          return showBgp(settings, request);
        }
        const { editBgp } = await import('./edit-store.js');
        return editBgp(settings, request.verb, { force: call.options.force === true });
      },
    },
    context,
  );
}
