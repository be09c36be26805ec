/** `birdkeeper release`: lets through what the daemon of this host holds back. */

import type { Command } from 'commander';

import { type Clock, delay, systemClock } from '../base/clock.js';
import { type HeldState, HoldFiles } from '../daemon/hold/hold-files.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-status.js';
import { print, warn } from './output.js';
import { commandWithSettings } from './with-settings.js';

/** How long the daemon may take to let go, in milliseconds: a pass may be in hand. */
const TIMEOUT_MS = 90_000;
const LOOK_MS = 100;

/** The command. Exit status 0 let through; 1 nothing is held; 2 usage, or it could not be let through. */
export function releaseCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'release',
      description:
        'Lets through what birdkeeper run holds back on this host, for this state only: the datastore was empty or without this host, and the last configuration stands. Works by the state directory: give the same --output-dir or --state-dir as to run.',
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
  const deadline = clock.monotonic() + TIMEOUT_MS;
  while (clock.monotonic() < deadline) {
    const now = await files.held();
    if (now === undefined) {
      print(`let through: ${held.reason}`);
      return EXIT.ok;
    }
    if (now.state !== held.state) {
      warn('the datastore changed meanwhile, and another state is held: look again');
      return EXIT.error;
    }
    await delay(clock, LOOK_MS);
  }
  warn('no birdkeeper run has taken it up; the next start does, if it finds this state');
  return EXIT.error;
}
