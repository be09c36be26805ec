/** `birdkeeper release`: lets through what the daemon of this host holds back. */

import type { Command } from 'commander';

import { type Clock, systemClock } from '../base/clock.js';
import { type HeldState, HoldFiles } from '../daemon/hold/hold-files.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-status.js';
import { print, warn } from './output.js';
import { waitForDaemon } from './wait-for-daemon.js';
import { commandWithSettings } from './with-settings.js';

/** The command. Exit status 0 let through; 1 nothing is held; 2 usage, or it could not be let through. */
export function releaseCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'release',
      description:
        'Lets through what birdkeeper run holds back on this host, for this state only: the datastore was empty or without this host, or a change would take much away at one go, and what stands stays. Works by the state directory: give the same --output-dir or --state-dir as to run.',
      exitStatus: '0 let through; 1 nothing is held; 2 usage, or it could not be let through',
      settings: ['outputDir', 'stateDir'],
      async action({ stateDir }) {
        const files = new HoldFiles(stateDir);
        try {
          const held = await files.held();
          if (held === undefined) {
            warn(`nothing is held in ${stateDir}`);
            return EXIT.no;
          }
          await files.release(held.state);
          return await waitForEnd(files, held, systemClock);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          warn(`cannot use ${stateDir}: ${reason}; run it as the user of birdkeeper run`);
          return EXIT.error;
        }
      },
    },
    context,
  );
}

async function waitForEnd(files: HoldFiles, held: HeldState, clock: Clock): Promise<number> {
  const isOther = (now: HeldState | undefined): boolean => now?.state !== held.state;
  const { isSeen, found } = await waitForDaemon(() => files.held(), isOther, clock);
  if (!isSeen) {
    warn('no birdkeeper run has taken it up; the next start does, if it finds this state');
    return EXIT.error;
  }
  if (found !== undefined) {
    warn('the datastore changed meanwhile, and another state is held: look again');
    return EXIT.error;
  }
  print(`let through: ${held.reason}`);
  return EXIT.ok;
}
