import { NODES, resourcesBelow } from '../../decode/keys.js';
import type { Cluster, Generation } from '../../model/cluster.js';

/**
 * Warnings about a datastore without a node. A new cluster begins so, and commands must work before its nodes are there. But
 * it may also be the wrong datastore, and nobody can tell from it which paths are lost.
 */
export function doubtsAboutStore(
  { nodes }: Cluster,
  description: string,
  generation: Generation,
): readonly string[] {
  const place = generation === 'v1' ? NODES : resourcesBelow('nodes');
  return nodes.some(({ isInDoubt = false }) => !isInDoubt)
    ? []
    : [
        `${description} has no node below ${place}: is it the right datastore? ` +
          'Without nodes birdkeeper can not tell who loses routes by a change',
      ];
}
