import { FootingFile, type FootingFileOptions } from './footing-file.js';
import {
  type Footing,
  isOtherStore,
  type Reason,
  reasonToHold,
  type StoreMark,
} from './hold-rules.js';

/** Why a daemon with this state directory would hold back a state; `undefined` when it wouldn't. Reads only. */
export async function wouldHold(
  options: FootingFileOptions,
  store: StoreMark | undefined,
  now: Footing,
): Promise<Reason | undefined> {
  const footing = await new FootingFile(options).read();
  return reasonToHold(options.host.nodeName, footing, now, {
    isDoubted: footing.isHeld || isOtherStore(footing.store, store),
    isSteady: false,
  });
}
