/**
 * Node-to-node mesh: one iBGP session to every other node, seen from this node.
 *
 * In:  the cluster, this node's name and address.
 * Out: sessions in the order of node names.
 *
 * Always true of the result:
 * - Symmetric: A plans a session to B exactly when B plans one to A.
 * - The remote AS number is the remote node's own, else the cluster's. (Calico 3.32 takes the local node's instead,
 *   which is a bug: both ends must agree on each other's number.)
 *
 * @scenario mesh/three-nodes
 * @scenario mesh/own-as-number
 * @scenario mesh/mesh-off
 * @scenario mesh/dual-stack
 */

import { asnOf, type Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import { secretId } from '../../model/secret-ref.js';
import type { Address } from '../../values/address.js';
import { unlessDefault } from '../../values/bgp-port.js';
import type { Family } from '../../values/family.js';
import { obstacleTo } from '../address-holders.js';
import { portOf } from '../listen-port.js';
import { askFor } from './session-of.js';
import type { AskedSession } from './terms.js';

/** The end of a session that is planned for. */
export interface LocalEnd {
  readonly nodeName: string;
  readonly family: Family;
  readonly address: Address;
}

/** The mesh as seen from one end: whom it asks for a session with, node by node. */
export interface MeshRule {
  /** Sorted by name; none when the mesh is off. */
  readonly nodes: readonly Node[];
  /** Why nobody gets the session that is asked for: it would be open to anybody. Absent where they do. */
  readonly whyWithheld?: string | undefined;
  /** What the rule goes by beside the node: while these are the same, a node that is the same asks for the same. */
  readonly goesBy: readonly unknown[];
  /** Why there are no `nodes`; absent where the mesh holds for this host. */
  readonly whyNone?: string | undefined;
  /** Why no session is asked for with `node`; undefined where one is. */
  whyNot(node: Node): string | undefined;
  /** What is asked for with `node`: nothing unless it is another one that holds an address of the family. */
  ask(node: Node): AskedSession | undefined;
}

/** The mesh sessions of `local`, whose record is `own`. A node that reflects for others has none, and nobody has one with it. */
export function meshRuleOf(cluster: Cluster, local: LocalEnd, own?: Node): MeshRule {
  const { isMeshEnabled, nodes, defaultAsn, contested, generation, bgp, secrets } = cluster;
  const password = bgp.meshPassword && secrets.get(secretId(bgp.meshPassword));
  const whyNone = isMeshEnabled ? whyOutside(own) : 'the mesh is off';
  const whyNot = (node: Node) => obstacleTo(cluster, node, local) ?? whyOutside(node);
  return {
    whyNone,
    whyNot,
    nodes: whyNone === undefined ? nodes : [],
    whyWithheld:
      bgp.meshPassword !== undefined && password === undefined
        ? "the password of the mesh isn't known on this host"
        : undefined,
    goesBy: [
      ...[local.nodeName, local.address, contested, generation, bgp, password],
      ...[defaultAsn.asn, defaultAsn.isUnreadable],
    ],
    ask(node) {
      const at = node.addresses[local.family];
      if (at === undefined || whyNot(node) !== undefined) {
        return undefined;
      }
      const request = { source: 'Mesh', remoteAddress: at.address, origin: at.origin } as const;
      return askFor(request, {
        remoteAsn: asnOf(node, cluster).asn,
        remotePort: unlessDefault(portOf(cluster, node)),
        // As text, as Calico compares them: both ends have to go by one rule.
        isPassive: generation === 'v3' && at.address > local.address,
        restartTimeS: bgp.meshRestartTimeS,
        password,
      });
    },
  };
}

/** Why a node has no part in the mesh. */
function whyOutside(node: Node | undefined): string | undefined {
  return node?.clusterId === undefined
    ? undefined
    : `the node ${node.name} reflects routes for others, and is in no mesh`;
}
