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
import type { Node, NodeAddress } from '../model/node.js';
import type { Address } from '../values/address.js';
import type { Family } from '../values/family.js';

/** The nodes of one family by their addresses. */
export interface AddressHolders {
  /** In the order of names; one node for each address. */
  readonly byAddress: ReadonlyMap<Address, Holder>;
  /** Nodes whose address an earlier one has. */
  readonly claims: readonly Claim[];
}

/** A node with the address that it has in the family. */
export interface Holder {
  readonly node: Node;
  readonly at: NodeAddress;
}

/** A node that claims the address of another. */
export interface Claim {
  readonly holder: Holder;
  readonly claimant: Holder;
}

/** Who holds which address in `family`; `nodes` are sorted by name. */
export function holdersOf(nodes: readonly Node[], family: Family): AddressHolders {
  const byAddress = new Map<Address, Holder>();
  const claims: Claim[] = [];
  for (const node of nodes) {
    const at = node.addresses[family];
    if (at === undefined) {
      continue;
    }
    const claimant = { node, at };
    const holder = byAddress.get(at.address);
    if (holder === undefined) {
      byAddress.set(at.address, claimant);
    } else {
      claims.push({ holder, claimant });
    }
  }
  return { byAddress, claims };
}

/** This host, as far as claims are concerned. */
interface LocalHost {
  readonly nodeName: string;
  readonly address: Address;
  /** Whether the datastore has a node of this name; otherwise the address is from the settings. */
  readonly isInDatastore: boolean;
}

/** A problem for each claim, and for the node that has this host's own address where the settings give it. */
export function claimProblems({ byAddress, claims }: AddressHolders, local: LocalHost): Problem[] {
  const problems = claims.map((claim) => problemOf(claim, local.nodeName));
  const rival = local.isInDatastore ? undefined : byAddress.get(local.address);
  if (rival !== undefined) {
    problems.push({
      code: 'duplicate-address',
      key: rival.at.origin,
      reason: `it gives the node ${rival.node.name} the address ${local.address}, which is this host's own (--ip, --ip6)`,
      action: `planned no session with ${rival.node.name}; give one of the two an address of its own`,
    });
  }
  return problems;
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
