import type { Cluster, Generation } from '../../model/cluster.js';
import type { Settings } from '../../settings/load-settings.js';
import { chooseKeys } from '../../verbs/choose-keys.js';
import { viewOf } from '../../verbs/store-view.js';
import { EXIT } from '../exit-status.js';
import { print, warn } from '../output.js';
import { openStore, tellingDatastoreErrors } from './store.js';
import { doubtsAboutStore } from './store-doubts.js';

/** What is shown of the cluster. */
export interface Shown {
  /**
   * The text, which one line end follows.
   *
   * @param generations - whose records are to be shown
   */
  readonly textOf: (cluster: Cluster, generations: readonly Generation[]) => string;
  /** What may not be as the operator thinks, to be told on standard error. */
  readonly doubtsOf?: (cluster: Cluster) => readonly string[];
}

/** Shows what is asked for. Gives the exit status: 1 when the datastore can't be read, and says why. */
export function showBgp(settings: Settings, { textOf, doubtsOf }: Shown): Promise<number> {
  return tellingDatastoreErrors(async () => {
    const store = await openStore(settings);
    const view = viewOf(await store.datastore.read());
    const { cluster, problems } = view;
    const choice = chooseKeys(settings.keys, view, store);
    if (!choice.ok) {
      warn(choice.reason);
      return EXIT.no;
    }
    const { generation } = choice;
    doubtsAboutStore(cluster, store.description, generation).forEach(warn);
    for (const { key, reason, action } of problems) {
      warn(`${key}: ${reason}; ${action}`);
    }
    doubtsOf?.(cluster).forEach(warn);
    const isBoth = settings.keys === 'auto' && cluster.mixed !== undefined;
    print(textOf(cluster, isBoth ? ['v1', 'v3'] : [generation]));
    return EXIT.ok;
  });
}
