/** The generation that an operator wants to stand, whatever the datastore asks for. */

import { ApplyError, fileError } from './apply-error.js';
import type { BirdProcess } from './bird-process.js';
import type { Generation } from './disk/generation-folders.js';
import type { Installer } from './installer.js';

/** What an operator wants. */
export interface Pin {
  readonly sequence: number;
  /** Of its files: the number alone would be another generation's after a backup was restored. */
  readonly digest: string;
  /** When it was wanted, in milliseconds since 1970; tells one pin from another. */
  readonly at: number;
}

/** In the place of a pin that can't be read: no generation has this number or digest. */
export const UNREADABLE_PIN: Pin = { sequence: 0, digest: '', at: 0 };

/** What became of that. */
export interface Pinned {
  readonly pin: Pin;
  /** Absent when it can't be had: then what stands is kept, and `reason` says why. */
  readonly generation?: Generation;
  readonly reason?: string;
}

/** Looks for what is pinned: on disk under its number, or what stands now, which may be the same under a later one. */
export function findPinned(
  pin: Pin,
  installer: Pick<Installer, 'standing' | 'read'>,
  birds: readonly BirdProcess[],
): Pinned {
  const { sequence, digest } = pin;
  if (pin.at === UNREADABLE_PIN.at) {
    const reason =
      'pin.json in the state directory cannot be read; let birdkeeper read it, or run `birdkeeper rollback N` or `birdkeeper resume`';
    return { pin, reason };
  }
  const { standing } = installer;
  const generation = standing?.fileSet.digest === digest ? standing : readOr(installer, sequence);
  if (typeof generation === 'string') {
    return { pin, reason: generation };
  }
  if (generation?.fileSet.digest !== digest) {
    return { pin, reason: `generation ${sequence} is not on disk as it was written` };
  }
  const daemons = birds.map(({ instance }) => instance.daemon);
  const other = generation.fileSet.mainFiles.find(({ daemon }) => !daemons.includes(daemon));
  return other === undefined
    ? { pin, generation }
    : { pin, reason: `generation ${sequence} is for ${other.daemon}, which this BIRD has not` };
}

/** The generation of that number; why it can't be read, where the file system says so. */
function readOr(
  installer: Pick<Installer, 'read'>,
  sequence: number,
): Generation | string | undefined {
  try {
    return installer.read(sequence);
  } catch (error) {
    const failure = fileError(`generation ${sequence} cannot be read`, error);
    if (failure instanceof ApplyError) {
      return failure.message;
    }
    throw failure;
  }
}
