/**
 * Which node an address belongs to. Two nodes may claim one address; then the first of them by name keeps it, in every node's
 * plan alike, and the claims of the others are problems.
 *
 * A node whose own address somebody else keeps goes on planning its sessions from it. Which of the two records is wrong can't be
 * known, and a wrong record of another node must not cost a sound one its sessions: the others plan a session with the address in
 * any case, and whoever really has it answers.
 *
 * @scenario mesh/address-claimed-twice
 */

import type { Problem } from '../base/problem.js';
import { type Cluster, isKnownSpeaker } from '../model/cluster.js';
import type { Node, NodeAddress } from '../model/node.js';
import { type Address, familyOf } from '../values/address.js';
import { FAMILY_LABELS, type Family } from '../values/family.js';

/** A node with the address that it holds in a family. */
export interface Holder {
  readonly node: Node;
  readonly at: NodeAddress;
}

/** Whether `node` holds the address `at` that it claims. */
function isHolder(
  { contested }: Pick<Cluster, 'contested'>,
  { name }: Node,
  { address }: NodeAddress,
): boolean {
  return contested.size === 0 || (contested.get(address)?.[0] ?? name) === name;
}

/** Why `local` can have no session with the speaker of `node`; undefined where it can. */
export function obstacleTo(
  cluster: Pick<Cluster, 'contested' | 'defaultAsn'>,
  node: Node,
  local: LocalHost,
): string | undefined {
  const at = node.addresses[local.family];
  if (at === undefined) {
    return `the node ${node.name} has no ${FAMILY_LABELS[local.family]} address`;
  }
  if (node.name === local.nodeName) {
    return `the node ${node.name} is this host itself`;
  }
  if (at.address === local.address) {
    return `the node ${node.name} has this host's own address`;
  }
  if (!isKnownSpeaker(node, cluster)) {
    return `the AS number, labels or role of the node ${node.name} can't be read`;
  }
  return isHolder(cluster, node, at)
    ? undefined
    : `the node ${node.name} shares its address with ${cluster.contested.get(at.address)?.[0]}, which is the first by name`;
}

/** The nodes that a session can be planned with in `family`, by name; no two have the same address. */
export function speakersIn(
  cluster: Pick<Cluster, 'nodes' | 'contested' | 'defaultAsn'>,
  family: Family,
): readonly Node[] {
  return cluster.nodes.filter((node) => {
    const at = node.addresses[family];
    return at !== undefined && isKnownSpeaker(node, cluster) && isHolder(cluster, node, at);
  });
}

/** This host, as far as claims are concerned. */
interface LocalHost {
  readonly nodeName: string;
  readonly family: Family;
  readonly address: Address;
}

/**
 * A problem for each claim, and for the node that has this host's own address where the settings give it.
 *
 * @param others - the nodes among which that one is, if there is one; none where the address is from the datastore
 */
export function claimProblems(
  cluster: Cluster,
  local: LocalHost,
  others: readonly Node[],
): readonly Problem[] {
  const rival = others.find((node) => {
    const at = node.addresses[local.family];
    return at?.address === local.address && isHolder(cluster, node, at);
  });
  return [
    ...[...cluster.contested].flatMap(([address, names]) =>
      familyOf(address) === local.family
        ? claimsOf(cluster, names, local.family).map((claim) => problemOf(claim, local.nodeName))
        : [],
    ),
    ...(rival === undefined ? [] : rivalProblems(rival, local)),
  ];
}

/** A node that claims the address of another. */
interface Claim {
  readonly holder: Holder;
  readonly claimant: Holder;
}

/** What the nodes called `names`, who claim one address, claim of the first of them. */
function claimsOf({ nodes }: Cluster, names: readonly string[], family: Family): readonly Claim[] {
  const [holder, ...others] = nodes.flatMap((node) => {
    const at = node.addresses[family];
    return at !== undefined && names.includes(node.name) ? [{ node, at }] : [];
  });
  return holder === undefined ? [] : others.map((claimant) => ({ holder, claimant }));
}

function rivalProblems({ name, addresses }: Node, { family, address }: LocalHost): Problem[] {
  const origin = addresses[family]?.origin;
  return origin === undefined
    ? []
    : [
        {
          code: 'duplicate-address',
          key: origin,
          reason: `it gives the node ${name} the address ${address}, which is this host's own (--ip, --ip6)`,
          action: `planned no session with ${name}; give one of the two an address of its own`,
        },
      ];
}

function problemOf({ holder, claimant }: Claim, ownName: string): Problem {
  const [first, second] = [holder.node.name, claimant.node.name];
  const { address } = claimant.at;
  return {
    code: 'duplicate-address',
    key: claimant.at.origin,
    reason: `it gives the node ${second} the address ${address}, which ${holder.at.origin} gives the node ${first}`,
    action:
      second === ownName
        ? `planned this node's sessions all the same, but others take ${address} for ${first}; give one of the two an address of its own`
        : `${first}, the first by name, keeps the address, and no session is planned with ${second}; give one of the two an address of its own`,
  };
}
