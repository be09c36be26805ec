import { asnOf, type Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import { type SecretRef, secretId } from '../../model/secret-ref.js';
import type { LocalSpeaker } from '../../plan/sessions/remotes.js';
import type { Address } from '../../values/address.js';
import { FAMILY_LABELS, type Family } from '../../values/family.js';
import { type Reason, reasonOf } from '../explanation.js';

/** A record that might ask for a session. */
export interface Wish {
  /** The key that the session has for its origin. */
  readonly origin: string;
  /** The rule, and the records that it goes by. */
  readonly reasons: readonly Reason[];
  /** Why it asks for none; absent where it asks for one. */
  readonly obstacle?: Reason;
}

/** Both ends of a session that there might be. */
export interface Ends {
  readonly address: Address;
  /** The nodes that have the address. */
  readonly nodes: readonly Node[];
  readonly local: LocalSpeaker;
}

/** What is to be known of a node at an end: where its address and its AS number come from. */
export function reasonsOfNode(cluster: Cluster, node: Node, family: Family): readonly Reason[] {
  const { asn, origin } = asnOf(node, cluster);
  return [
    reasonOf(
      `${FAMILY_LABELS[family]} address of the node ${node.name}`,
      node.addresses[family]?.origin,
    ),
    reasonOf(
      `AS ${asn} of the node ${node.name}${origin === undefined ? ": Calico's default" : ''}`,
      origin,
    ),
  ];
}

/** Which password it is, without a part of it, and the file that it is in. */
export function reasonOfPassword({ secretOrigins }: Cluster, ref: SecretRef): Reason {
  const id = secretId(ref);
  return reasonOf(`password ${id}`, secretOrigins.get(id));
}
