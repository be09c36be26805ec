import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { systemClock } from '../../base/clock.js';
import type { Birth } from '../../decode/encode-resource.js';
import type { Settings } from '../../settings/load-settings.js';
import { chooseKeys } from '../../verbs/choose-keys.js';
import { consentTo } from '../../verbs/consent.js';
import type { KeyLanguage } from '../../verbs/key-language.js';
import { editOf, type StoreView, viewAfter, viewOf } from '../../verbs/store-view.js';
import { CALICO2_KEYS } from '../../verbs/v1/keys.js';
import { calico3Resources } from '../../verbs/v3/resources.js';
import type { Answer, Verb } from '../../verbs/verb.js';
import { EXIT } from '../exit-status.js';
import { print, warn } from '../output.js';
import { mayLosePaths } from './may-lose-paths.js';
import { type ClusterStore, openStore, tellingDatastoreErrors } from './store.js';
import { doubtsAboutStore } from './store-doubts.js';

/** Others may change the same keys at the same time; more often than so is no coincidence. */
const MAX_ATTEMPTS = 10;
/** Those who met once should not meet again. */
const MAX_PAUSE_MS = 100;

/** How an edit is made. */
export interface EditOptions {
  /** Goes on where nodes lose their paths to each other, and where the other Calico would not read what is written. */
  readonly force: boolean;
}

/**
 * Does what `verb` asks for, unless nodes would lose their BGP paths by it. Decides anew when somebody else was quicker.
 * Gives the exit status: 1 when nothing was done, and says why.
 */
export function editBgp(settings: Settings, verb: Verb, options: EditOptions): Promise<number> {
  return tellingDatastoreErrors(async () => {
    const store = await openStore(settings);
    const { datastore, keyPrefixes } = store;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const view = viewOf(await datastore.read());
      const keys = keysFor(view, settings, store, { ...options, isToldAgain: attempt > 1 });
      if (keys === undefined) {
        return EXIT.no;
      }
      const answer = verb(view, keys);
      if (answer.kind !== 'edit') {
        return tell(answer);
      }
      const after = viewAfter(view, answer.changes);
      if (!(await mayLosePaths(view.cluster, after.cluster, options.force))) {
        warn('nothing was changed');
        return EXIT.no;
      }
      answer.warnings.forEach(warn);
      const { uid: id, time: at } = birth();
      // First, for a store without transactions: no host may see the changes without it.
      const consent = consentTo(view, answer.changes, after, { id, at });
      const edit = editOf(view, [...consent, ...answer.changes], keyPrefixes);
      if ((await datastore.commit(edit)) === 'committed') {
        answer.notes.forEach(print);
        return EXIT.ok;
      }
      await setTimeout(Math.random() * MAX_PAUSE_MS);
    }
    warn('others keep changing the same keys, so nothing was changed; try again');
    return EXIT.no;
  });
}

/** Whose keys are written; undefined when none are to be. Tells why, and doubts about the datastore. */
function keysFor(
  view: StoreView,
  { keys }: Settings,
  store: ClusterStore,
  { force, isToldAgain }: EditOptions & { readonly isToldAgain: boolean },
): KeyLanguage | undefined {
  const choice = chooseKeys(keys, view, store);
  if (!choice.ok) {
    warn(choice.reason);
    return undefined;
  }
  const { generation, doubts, isDoubtful } = choice;
  if (!isToldAgain) {
    const ofStore = doubtsAboutStore(view.cluster, store.description, generation);
    [...doubts, ...ofStore].forEach(warn);
  }
  if (isDoubtful && !force) {
    warn('nothing was changed; --force writes all the same');
    return undefined;
  }
  return generation === 'v1' ? CALICO2_KEYS : calico3Resources(birth);
}

/** As calicoctl gives it: a random uid, and the time in whole seconds. */
function birth(): Birth {
  const time = new Date(systemClock.now()).toISOString().replace(/\.\d+/, '');
  return { uid: randomUUID(), time };
}

function tell(answer: Exclude<Answer, { readonly kind: 'edit' }>): number {
  if (answer.kind === 'impossible') {
    warn(answer.reason);
    return EXIT.no;
  }
  answer.notes.forEach(print);
  return EXIT.ok;
}
