import type { Cluster } from '../../model/cluster.js';
import type { Settings } from '../../settings/load-settings.js';
import { viewOf } from '../../verbs/store-view.js';
import { EXIT } from '../exit-status.js';
import { print, warn } from '../output.js';
import { openStore, tellingDatastoreErrors } from './store.js';
import { doubtsAboutStore } from './store-doubts.js';

/** What is shown of the cluster. */
export interface Shown {
  /** The text, which one line end follows. */
  readonly textOf: (cluster: Cluster) => string;
  /** What may not be as the operator thinks, to be told on standard error. */
  readonly doubtsOf?: (cluster: Cluster) => readonly string[];
}

/** Shows what is asked for. Gives the exit status: 1 when the datastore can't be read, and says why. */
export function showBgp(settings: Settings, { textOf, doubtsOf }: Shown): Promise<number> {
  return tellingDatastoreErrors(async () => {
    const datastore = await openStore(settings);
    const { cluster, problems } = viewOf(await datastore.read());
    const { doubts } = await doubtsAboutStore(cluster, datastore.description, settings);
    doubts.forEach(warn);
    for (const { key, reason, action } of problems) {
      warn(`${key}: ${reason}; ${action}`);
    }
    doubtsOf?.(cluster).forEach(warn);
    print(textOf(cluster));
    return EXIT.ok;
  });
}
