import { setTimeout } from 'node:timers/promises';

import type { Settings } from '../../settings/load-settings.js';
import { editOf, type StoreView, viewAfter, viewOf } from '../../verbs/store-view.js';
import type { Answer, Verb } from '../../verbs/verb.js';
import { EXIT } from '../exit-status.js';
import { complain, print } from '../output.js';
import { mayLosePaths } from './may-lose-paths.js';
import { openBgpStore, tellingTrouble } from './store.js';

/** Others may change the same keys at the same time; more often than so is no coincidence. */
const MAX_ATTEMPTS = 10;
/** Those who met once should not meet again. */
const MAX_PAUSE_MS = 100;

/** How an edit is made. */
export interface EditOptions {
  /** Goes on where nodes lose their paths to each other. */
  readonly force: boolean;
}

/**
 * Does what `verb` asks for, unless nodes would lose their BGP paths by it. Decides anew when somebody else was quicker.
 * Gives the exit status: 1 when nothing was done, and says why.
 */
export function editBgp(settings: Settings, verb: Verb, options: EditOptions): Promise<number> {
  return tellingTrouble(async () => {
    const datastore = await openBgpStore(settings);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const view = viewOf(await datastore.read());
      const answer = verb(view);
      if (answer.kind !== 'edit') {
        return tell(answer);
      }
      if (!(await isWanted(view, answer, options))) {
        complain('nothing was changed');
        return EXIT.no;
      }
      answer.warnings.forEach(complain);
      if ((await datastore.commit(editOf(view, answer.changes))) === 'committed') {
        answer.notes.forEach(print);
        return EXIT.ok;
      }
      await setTimeout(Math.random() * MAX_PAUSE_MS);
    }
    complain('others keep changing the same keys, so nothing was changed; try again');
    return EXIT.no;
  });
}

function tell(answer: Exclude<Answer, { readonly kind: 'edit' }>): number {
  if (answer.kind === 'impossible') {
    complain(answer.reason);
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
