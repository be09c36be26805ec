/** What commands about generations begin with: the state directory, and what is in it. */

import { ApplyError, fileError } from '../../apply/apply-error.js';
import { Layout } from '../../apply/layout.js';
import { type KeptGeneration, readHistory } from '../../apply/story/history.js';
import { systemErrorCode } from '../../base/system-error.js';
import { PinFiles } from '../../daemon/pin/pin-files.js';
import type { Settings } from '../../settings/load-settings.js';
import type { SettingName } from '../../settings/settings.js';
import { EXIT } from '../exit-status.js';
import { warn } from '../output.js';

/** The settings that say where it is. */
export const STATE_SETTINGS: readonly SettingName[] = ['outputDir', 'stateDir', 'config'];

/** What is there. */
export interface KeptState {
  readonly layout: Layout;
  readonly kept: readonly KeptGeneration[];
  readonly pins: PinFiles;
  /** The generation that is pinned; `unreadable` when that can't be told. */
  readonly pinned: number | 'unreadable' | undefined;
}

/** Does `work` with what is there; an error of the file system is told, and is exit status 2. */
export async function withKeptState(
  { outputDir, stateDir }: Pick<Settings, 'outputDir' | 'stateDir'>,
  work: (state: KeptState) => Promise<number>,
): Promise<number> {
  try {
    const layout = new Layout(outputDir, stateDir);
    const kept = readHistory(layout);
    const pins = new PinFiles(stateDir);
    const pin = await pins.pin();
    const pinned = typeof pin === 'object' ? pin.sequence : pin;
    return await work({ layout, kept, pins, pinned });
  } catch (error) {
    const failure = fileError(`cannot use ${stateDir}`, error);
    if (!(failure instanceof ApplyError)) {
      throw failure;
    }
    const isDenied = ['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '');
    warn(
      `${failure.message}; ${isDenied ? 'run it as the user of birdkeeper run' : failure.advice}`,
    );
    return EXIT.error;
  }
}

/** What is kept, in a sentence for a number that isn't. */
export function notKept(sequence: number, kept: readonly KeptGeneration[]): string {
  const numbers = kept.flatMap((one) => (one.isRefused ? [] : [one.sequence]));
  const refused = kept.some((one) => one.isRefused && one.sequence === sequence);
  const why = refused ? 'BIRD refused it' : 'it is not on disk';
  return `there is no generation ${sequence} to be had: ${why}; there are ${numbers.join(' ') || 'none'}`;
}
