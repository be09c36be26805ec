/** `birdkeeper rollback` and `resume`: an older generation stands until an operator says otherwise. */

import type { Command } from 'commander';

import { ApplyError } from '../../apply/apply-error.js';
import { refusalLine } from '../../apply/check/refusal.js';
import { type Generation, readGeneration } from '../../apply/disk/generation-folders.js';
import { isStateLocked } from '../../apply/lock.js';
import type { Pin } from '../../apply/pinned.js';
import { type Clock, systemClock } from '../../base/clock.js';
import { birdsThatMayRun } from '../../daemon/parts.js';
import type { PinnedFact } from '../../daemon/pin/pin-files.js';
import { commandLogger } from '../../observe/log.js';
import type { Settings } from '../../settings/load-settings.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-status.js';
import { print, warn } from '../output.js';
import { waitForDaemon } from '../wait-for-daemon.js';
import { commandWithSettings } from '../with-settings.js';
import { generationArgument } from './arguments.js';
import { type KeptState, notKept, STATE_SETTINGS, withKeptState } from './kept-state.js';

/** `birdkeeper rollback [N]`. */
export function rollbackCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'rollback',
      description:
        'Has BIRD run an older generation, and pins it: nothing newer is applied until birdkeeper resume, not even after a restart. Without N it is the one before what stands. BIRD checks it first. Works by the state directory: give the same --output-dir or --state-dir as to run.',
      exitStatus:
        '0 BIRD runs it; 1 there is no such generation, or BIRD refuses it, and nothing is pinned; 2 usage, or an error, or it is pinned and BIRD does not run it yet',
      settings: [...STATE_SETTINGS, 'bird', 'birdSocket', 'bird6', 'bird6Socket'],
      declare: (command) => command.addArgument(generationArgument('[N]')),
      action: (settings, { args }) =>
        withKeptState(settings, async (state) => {
          const [asked] = args as readonly [number | undefined];
          const sequence = asked ?? formerOf(state);
          if (sequence === undefined) {
            warn('there is no older generation to go back to');
            return EXIT.no;
          }
          const generation = readGeneration(state.layout, sequence);
          if (generation === undefined) {
            warn(notKept(sequence, state.kept));
            return EXIT.no;
          }
          const verdict = await checkGeneration(generation, settings);
          if (verdict !== undefined) {
            return verdict;
          }
          const pin = { sequence, digest: generation.fileSet.digest, at: systemClock.now() };
          await state.pins.setPin(pin);
          return waitUntilRun(state, pin, systemClock);
        }),
    },
    context,
  );
}

/** `birdkeeper resume`. */
export function resumeCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'resume',
      description:
        'Ends a rollback: what the datastore asks for is applied again. birdkeeper diff shows beforehand what that is. Works by the state directory: give the same --output-dir or --state-dir as to run.',
      exitStatus: '0 it is followed; 1 nothing was rolled back; 2 usage, or an error',
      settings: STATE_SETTINGS,
      action: (settings) =>
        withKeptState(settings, async ({ layout, pins, pinned }) => {
          if (pinned === undefined) {
            warn(`nothing is rolled back in ${layout.stateDir}`);
            return EXIT.no;
          }
          await pins.setPin(undefined);
          if (!(await isStateLocked(layout.stateDir))) {
            print('the rollback is over; the next start of birdkeeper run follows the datastore');
            return EXIT.ok;
          }
          const isOver = (told: PinnedFact | undefined): boolean => told === undefined;
          const { isSeen } = await waitForDaemon(() => pins.pinned(), isOver, systemClock);
          if (!isSeen) {
            warn('the rollback is over, and birdkeeper run has not said so yet; see its log');
            return EXIT.error;
          }
          print('the datastore is followed again');
          return EXIT.ok;
        }),
    },
    context,
  );
}

/** The newest generation before what is pinned, or stands, that has other files. */
function formerOf({ kept, pinned }: KeptState): number | undefined {
  const from = kept.find(({ sequence, isCurrent }) =>
    typeof pinned === 'number' ? sequence === pinned : isCurrent,
  );
  return kept.findLast(
    ({ sequence, digest, isRefused }) =>
      !isRefused && digest !== from?.digest && (sequence ?? 0) < (from?.sequence ?? 0),
  )?.sequence;
}

/** Has BIRD's parser look at it; gives the exit status when it can't be gone back to, and says why. */
async function checkGeneration(
  { sequence, fileSet }: Generation,
  settings: Settings,
): Promise<number | undefined> {
  const { checkFileSet } = await import('../../apply/check/check-once.js');
  try {
    const refusals = await checkFileSet(fileSet, birdsThatMayRun(settings), {
      clock: systemClock,
      logger: commandLogger('error'),
      folder: settings.stateDir,
    });
    for (const refusal of refusals) {
      warn(
        `generation ${sequence} is not for this BIRD: ${refusal.daemon} refuses ${refusalLine(refusal)}`,
      );
    }
    return refusals.length === 0 ? undefined : EXIT.no;
  } catch (error) {
    if (error instanceof ApplyError) {
      warn(`generation ${sequence} could not be checked: ${error.message}; ${error.advice}`);
      return EXIT.error;
    }
    throw error;
  }
}

async function waitUntilRun({ layout, pins }: KeptState, pin: Pin, clock: Clock): Promise<number> {
  const { sequence } = pin;
  if (!(await isStateLocked(layout.stateDir))) {
    warn(
      `generation ${sequence} is pinned, and no birdkeeper run works in ${layout.stateDir}: the next start goes back to it`,
    );
    return EXIT.error;
  }
  const isOurs = (fact: PinnedFact | undefined): boolean => fact?.at === pin.at;
  const { isSeen, found: fact } = await waitForDaemon(() => pins.pinned(), isOurs, clock);
  const reason = isSeen ? fact?.reason : 'birdkeeper run has not taken it up yet; see its log';
  if (reason !== undefined) {
    warn(`generation ${sequence} is pinned, and BIRD does not run it: ${reason}`);
    return EXIT.error;
  }
  const number =
    fact?.standing === sequence ? '' : `, which is generation ${fact?.standing ?? '?'} now`;
  print(
    `BIRD runs generation ${sequence}${number}; nothing newer is applied until birdkeeper resume`,
  );
  return EXIT.ok;
}
