import { systemClock } from '../../base/clock.js';
import { datastoreSettingsOf } from '../../daemon/parts.js';
import { DatastoreError, type EditableDatastore } from '../../datastore/datastore.js';
import { openDatastore } from '../../datastore/open-datastore.js';
import { clusterKeyPrefixes } from '../../decode/keys.js';
import { commandLogger } from '../../observe/log.js';
import type { Settings } from '../../settings/load-settings.js';
import type { ChosenStore } from '../../verbs/choose-keys.js';
import { EXIT } from '../exit-status.js';
import { warn } from '../output.js';

/** The datastore that the settings name, as far as the cluster shares it. */
export interface ClusterStore extends ChosenStore {
  readonly datastore: EditableDatastore;
  /** What is read of it. */
  readonly keyPrefixes: readonly string[];
}

/** Opens it; nothing is read yet. */
export async function openStore(settings: Settings): Promise<ClusterStore> {
  const logger = commandLogger('error');
  const hasResources = settings.datastore !== 'etcd2';
  const keyPrefixes = clusterKeyPrefixes(hasResources);
  const datastore = await openDatastore(datastoreSettingsOf(settings, keyPrefixes), {
    clock: systemClock,
    logger,
  });
  return { datastore, description: datastore.description, hasResources, keyPrefixes };
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
