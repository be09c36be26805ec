import { systemClock } from '../../base/clock.js';
import { datastoreSettingsOf } from '../../daemon/parts.js';
import { DatastoreError, type EditableDatastore } from '../../datastore/datastore.js';
import { openDatastore } from '../../datastore/open-datastore.js';
import { BGP } from '../../decode/keys.js';
import { commandLogger } from '../../observe/log.js';
import type { Settings } from '../../settings/load-settings.js';
import { type StoreView, viewOf } from '../../verbs/store-view.js';
import { EXIT } from '../exit-status.js';
import { complain } from '../output.js';

/** The datastore that the settings name, as far as it is about BGP. */
export function openBgpStore(settings: Settings): Promise<EditableDatastore> {
  const logger = commandLogger('error');
  return openDatastore(datastoreSettingsOf(settings, [BGP]), { clock: systemClock, logger });
}

/** Shows what the datastore holds by `show`. Gives the exit status: 1 when it can't be read, and says why. */
export function showBgp(settings: Settings, show: (view: StoreView) => void): Promise<number> {
  return tellingTrouble(async () => {
    const datastore = await openBgpStore(settings);
    const view = viewOf(await datastore.read());
    for (const { key, reason, action } of view.problems) {
      complain(`${key}: ${reason}; ${action}`);
    }
    show(view);
    return EXIT.ok;
  });
}

/** The exit status that `work` gives, or 1 and a line when the datastore fails. */
export async function tellingTrouble(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatastoreError)) {
      throw error;
    }
    complain(`${error.message}; ${error.advice}`);
    return EXIT.no;
  }
}
