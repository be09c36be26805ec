import { setTimeout } from 'node:timers/promises';

import type { Settings } from '../../settings/load-settings.js';
import { editOf, type StoreView, viewAfter, viewOf } from '../../verbs/store-view.js';
import type { Answer, Verb } from '../../verbs/verb.js';
import { EXIT } from '../exit-status.js';
import { print, warn } from '../output.js';
import { mayLosePaths } from './may-lose-paths.js';
import { openStore, tellingDatastoreErrors } from './store.js';
import { doubtsAboutStore } from './store-doubts.js';

/** Others may change the same keys at the same time; more often than so is no coincidence. */
const MAX_ATTEMPTS = 10;
/** Those who met once should not meet again. */
const MAX_PAUSE_MS = 100;

/** How an edit is made. */
export interface EditOptions {
  /** Goes on where nodes lose their paths to each other, and where Calico 3 would not read what is written. */
  readonly force: boolean;
}

/**
 * Does what `verb` asks for, unless nodes would lose their BGP paths by it. Decides anew when somebody else was quicker.
 * Gives the exit status: 1 when nothing was done, and says why.
 */
export function editBgp(settings: Settings, verb: Verb, options: EditOptions): Promise<number> {
  return tellingDatastoreErrors(async () => {
    const datastore = await openStore(settings);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const view = viewOf(await datastore.read());
      const answer = verb(view);
      if (attempt === 1 && !(await isRightStore(view, datastore.description, settings, options))) {
        return EXIT.no;
      }
      if (answer.kind !== 'edit') {
        return tell(answer);
      }
      if (!(await isWanted(view, answer, options))) {
        warn('nothing was changed');
        return EXIT.no;
      }
      answer.warnings.forEach(warn);
      if ((await datastore.commit(editOf(view, answer.changes))) === 'committed') {
        answer.notes.forEach(print);
        return EXIT.ok;
      }
      await setTimeout(Math.random() * MAX_PAUSE_MS);
    }
    warn('others keep changing the same keys, so nothing was changed; try again');
    return EXIT.no;
  });
}

/** Tells doubts about the datastore. Gives whether to go on. */
async function isRightStore(
  { cluster }: StoreView,
  description: string,
  settings: Settings,
  { force }: EditOptions,
): Promise<boolean> {
  const { doubts, isWritingInVain } = await doubtsAboutStore(cluster, description, settings);
  doubts.forEach(warn);
  if (isWritingInVain && !force) {
    warn('nothing was changed; --force writes all the same');
    return false;
  }
  return true;
}

function tell(answer: Exclude<Answer, { readonly kind: 'edit' }>): number {
  if (answer.kind === 'impossible') {
    warn(answer.reason);
    return EXIT.no;
  }
  answer.notes.forEach(print);
  return EXIT.ok;
}

function isWanted(
  view: StoreView,
  { changes }: Extract<Answer, { readonly kind: 'edit' }>,
  { force }: EditOptions,
): Promise<boolean> {
  return mayLosePaths(view.cluster, viewAfter(view, changes).cluster, force);
}
