import { undoingOf } from './consents.js';
import { FootingFile, type FootingFileOptions } from './footing-file.js';
import {
  type Footing,
  isOtherStore,
  type Reason,
  reasonToHold,
  type StoreMark,
} from './hold-rules.js';
import type { JudgedState } from './judged-state.js';
import type { LossLimit } from './losses.js';

/** Why a daemon with this state directory would hold back a state; `undefined` when it wouldn't. Reads only. */
export async function wouldHold(
  options: FootingFileOptions & { readonly limit?: LossLimit | undefined },
  store: StoreMark | undefined,
  { footing, consents, valueAt, footingWith }: JudgedState,
): Promise<Reason | undefined> {
  const { footing: standing } = await new FootingFile(options).read();
  const reasonFor = (now: Footing): Reason | undefined =>
    reasonToHold(options.host.nodeName, standing, now, {
      isOtherStore: isOtherStore(standing.store, store),
      heldFor: standing.heldFor,
      isSteady: false,
      limit: options.limit,
    });
  const asked = reasonFor(footing);
  const undoing = asked && undoingOf(consents, valueAt, standing.consent);
  return undoing ? reasonFor(footingWith(undoing.values)) && asked : asked;
}
