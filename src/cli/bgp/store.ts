import { systemClock } from '../../base/clock.js';
import { datastoreSettingsOf } from '../../daemon/parts.js';
import { DatastoreError, type EditableDatastore } from '../../datastore/datastore.js';
import { openDatastore } from '../../datastore/open-datastore.js';
import { BGP } from '../../decode/keys.js';
import { commandLogger } from '../../observe/log.js';
import type { Settings } from '../../settings/load-settings.js';
import { EXIT } from '../exit-status.js';
import { warn } from '../output.js';

/** The datastore that the settings name, as far as it is about BGP, or about the keys below another prefix. */
export function openStore(settings: Settings, keyPrefix: string = BGP): Promise<EditableDatastore> {
  const logger = commandLogger('error');
  return openDatastore(datastoreSettingsOf(settings, [keyPrefix]), { clock: systemClock, logger });
}

/** The exit status that `work` gives, or 1 and a line when the datastore fails. */
export async function tellingDatastoreErrors(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatastoreError)) {
      throw error;
    }
    warn(`${error.message}; ${error.advice}`);
    return EXIT.no;
  }
}
