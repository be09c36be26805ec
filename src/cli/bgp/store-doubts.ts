import { DatastoreError } from '../../datastore/datastore.js';
import { CALICO3_NODES, NODES } from '../../decode/keys.js';
import type { Cluster } from '../../model/cluster.js';
import type { Settings } from '../../settings/load-settings.js';
import { openStore } from './store.js';

/** What makes a datastore doubtful. */
export interface StoreDoubts {
  /** For an operator, whole lines; empty when nothing does. */
  readonly doubts: readonly string[];
  /** What is written to it would be read by nobody. */
  readonly isWritingInVain: boolean;
}

/**
 * Warnings about a datastore without a node. A new cluster begins so, and commands must work before its nodes are there. But
 * it may also be the wrong datastore, and nobody can tell from it which paths are lost.
 */
export async function doubtsAboutStore(
  { nodes }: Cluster,
  description: string,
  settings: Settings,
): Promise<StoreDoubts> {
  if (nodes.length > 0) {
    return { doubts: [], isWritingInVain: false };
  }
  if (await hasNodesOfCalico3(settings)) {
    const doubt =
      `${description} is a datastore of Calico 3: its nodes are below ${CALICO3_NODES}, ` +
      'and what stands there is changed by its own calicoctl, not by birdkeeper';
    return { doubts: [doubt], isWritingInVain: true };
  }
  const doubt =
    `${description} has no node below ${NODES}: is it the right datastore? ` +
    'Without nodes birdkeeper can not tell who loses routes by a change';
  return { doubts: [doubt], isWritingInVain: false };
}

/** Whether Calico 3 keeps its nodes in this datastore; not, as far as we know, where we may not read them. */
async function hasNodesOfCalico3(settings: Settings): Promise<boolean> {
  try {
    const datastore = await openStore(settings, CALICO3_NODES);
    return (await datastore.read()).entries.length > 0;
  } catch (error) {
    if (error instanceof DatastoreError) {
      return false;
    }
    throw error;
  }
}
