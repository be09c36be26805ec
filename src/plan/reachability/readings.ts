/**
 * A datastore as the guard of the verbs takes it, where it doesn't tell all. Hosts plan nothing by what they can't read, but may
 * know its last good value. So what can be read of a record counts; it would be missing before a change as after it otherwise, and
 * what the change costs it wouldn't show.
 */

import type { Cluster } from '../../model/cluster.js';
import { isReadableRef, type SecretRef, secretId } from '../../model/secret-ref.js';
import { Secret } from '../../values/secret.js';

/** A cluster before a change, and after it. */
export interface Reading {
  readonly before: Cluster;
  readonly after: Cluster;
}

/**
 * The ways in which the change may be taken. Passwords are taken to be there: hosts have them, and the datastore hasn't. Where one's
 * reference can't be read, its sessions may be up by the last good one, or not.
 */
export function readingsOf(before: Cluster, after: Cluster): readonly Reading[] {
  const hasUnreadable = [before, after].some((cluster) =>
    passwordsOf(cluster).some((ref) => !isReadableRef(ref)),
  );
  return (hasUnreadable ? [true, false] : [true]).map((isKnown) => ({
    before: asRead(before, isKnown),
    after: asRead(after, isKnown),
  }));
}

/** What sessions of `cluster` need: also those of the mesh, where it is on. */
export function passwordsOf({
  isMeshEnabled,
  bgp: { meshPassword },
  peerings,
}: Cluster): readonly SecretRef[] {
  const ofMesh = isMeshEnabled ? meshPassword : undefined;
  return [ofMesh, ...peerings.map(({ terms }) => terms.password)].filter(
    (ref) => ref !== undefined,
  );
}

/** Whether any node's AS number, labels or role can't be read, its own or that of the cluster. */
export function hasDoubtfulNodes({ nodes, defaultAsn }: Cluster): boolean {
  return defaultAsn.isUnreadable === true || nodes.some(({ isInDoubt }) => isInDoubt === true);
}

const UNKNOWN_PASSWORD = new Secret('unknown');

function asRead(cluster: Cluster, hasUnreadablePasswords: boolean): Cluster {
  const refs = passwordsOf(cluster).filter((ref) => hasUnreadablePasswords || isReadableRef(ref));
  const { nodes, defaultAsn } = cluster;
  return {
    ...cluster,
    ...(hasDoubtfulNodes(cluster) && {
      defaultAsn: { ...defaultAsn, isUnreadable: false },
      nodes: nodes.map((node) => (node.isInDoubt ? { ...node, isInDoubt: false } : node)),
    }),
    secrets: new Map(refs.map((ref) => [secretId(ref), UNKNOWN_PASSWORD])),
  };
}
