/**
 * Sessions that an operator asked for: peerings of every node, of one node, and of the nodes of a selector; and those that a node
 * has since another one asked for a session with it (Calico's `reversePeering`).
 *
 * @scenario peers/global-and-node
 * @scenario peers/peer-is-ourselves
 */

import { commonEnds } from '../../base/common-ends.js';
import { asnOf, type Cluster } from '../../model/cluster.js';
import type { Node } from '../../model/node.js';
import { isPeeringOf, type Peering } from '../../model/peering.js';
import { type Family, perFamily } from '../../values/family.js';
import { withKnownPasswords } from './known-passwords.js';
import { neighborOf } from './merge-sessions.js';
import { newestFirst } from './newest-first.js';
import { hasItsPassword, peeringTerms } from './peering-terms.js';
import { type LocalSpeaker, type RemoteSpeaker, remotesOf, reverseRemotesOf } from './remotes.js';
import { askFor } from './session-of.js';
import type { AskedSession, SessionSource, SessionTerms } from './terms.js';

/**
 * Sessions of `local` by peerings: those of all nodes first, then those of this node, each in the order of keys; those that it has
 * since others ask for them come last. What BGPPeers ask for comes before all that old keys do. A peer that is `local` itself is
 * nobody to peer with. A session whose password isn't known isn't planned (known-passwords.ts).
 */
export function planPeers(cluster: Cluster, local: LocalSpeaker): readonly AskedSession[] {
  const self: Pick<Node, 'name'> & Partial<Node> = local.node ?? { name: local.nodeName };
  const { peerings } = cluster;
  const ours = peerings.filter((peering) => isPeeringOf(peering, self));
  const ofAll = ours.filter(({ scope }) => scope.kind === 'all-nodes');
  const ofOne = ours.filter(({ scope }) => scope.kind !== 'all-nodes');
  const forward = [...ofAll, ...ofOne].flatMap((peering) =>
    wishesOf(peering, remotesOf(cluster, peering, local), local.family, false),
  );
  const reverse = peerings.flatMap((peering) =>
    wishesOf(peering, reverseRemotesOf(cluster, peering, local), local.family, true),
  );
  const wishes = newestFirst([...forward, ...asShown(reverse, forward)]);
  const basis = basisOf(cluster, local);
  return withKnownPasswords(wishes, {
    neighborOf: neighborIn,
    isKnown: ({ peering }) => hasItsPassword(cluster, peering),
  }).map((wish) => askAgain(cluster, local, wish, basis));
}

/**
 * The sessions of a reflector outside of the nodes that has a record among them (Calico's `routeReflectorClusterID`): those that
 * it would have as a node. Each says our AS number, since a reflector has none that holds for all.
 */
export function planNodeReflector(
  cluster: Cluster,
  local: LocalSpeaker & { readonly node: Node },
): readonly AskedSession[] {
  const { asn } = asnOf(local.node, cluster);
  return planPeers(cluster, local).map((asked) => ({ ...asked, localAsn: asked.localAsn ?? asn }));
}

interface Wish {
  readonly peering: Peering;
  readonly remote: RemoteSpeaker;
  readonly isReverse: boolean;
}

/** The wishes of a peering, one for each of its remotes. */
interface Wishes {
  readonly remotes: readonly RemoteSpeaker[];
  readonly wishes: readonly Wish[];
}

const NO_WISHES: Wishes = { remotes: [], wishes: [] };
const lastWishes = perFamily(() => ({
  forward: new WeakMap<Peering, Wishes>(),
  reverse: new WeakMap<Peering, Wishes>(),
}));

/** A wish for each of `remotes`: last time's object for those that are the same. */
function wishesOf(
  peering: Peering,
  remotes: readonly RemoteSpeaker[],
  family: Family,
  isReverse: boolean,
): readonly Wish[] {
  const lastOf = lastWishes[family][isReverse ? 'reverse' : 'forward'];
  const last = lastOf.get(peering) ?? NO_WISHES;
  const { start, end } = commonEnds(last.remotes, remotes);
  const fresh = remotes.slice(start, remotes.length - end);
  const wishes = last.wishes.slice(0, start).concat(
    fresh.map((remote) => ({ peering, remote, isReverse })),
    last.wishes.slice(last.wishes.length - end),
  );
  lastOf.set(peering, { remotes, wishes });
  return wishes;
}

/** What is asked for by a wish goes by beside the wish; the same list while all of it is the same. */
function basisOf(cluster: Cluster, local: LocalSpeaker): readonly unknown[] {
  const { defaultAsn, secrets, bgpFilters } = cluster;
  const basis = [local.node, local.address, local.family, defaultAsn, secrets, bgpFilters];
  const known = lastBasis.get(local.family);
  if (known?.every((value, index) => value === basis[index])) {
    return known;
  }
  lastBasis.set(local.family, basis);
  return basis;
}

const lastBasis = new Map<Family, readonly unknown[]>();
const lastAsked = new WeakMap<
  Wish,
  { readonly basis: readonly unknown[]; readonly asked: AskedSession }
>();

/** What `ask` gives; the same object for the same wish. By 200 selectors a node may have 10,000 of them. */
function askAgain(
  cluster: Cluster,
  local: LocalSpeaker,
  wish: Wish,
  basis: readonly unknown[],
): AskedSession {
  const known = lastAsked.get(wish);
  if (known?.basis === basis) {
    return known.asked;
  }
  const asked = ask(cluster, local, wish);
  lastAsked.set(wish, { basis, asked });
  return asked;
}

function neighborIn({ remote: { address, port } }: Wish): string {
  return neighborOf({ remoteAddress: address, remotePort: port });
}

/**
 * `reverse`, each with the AS number that its other end shows (`localASNumber`), where this end asks for a session with that number:
 * the two are one session then, and no contradiction.
 */
function asShown(reverse: readonly Wish[], forward: readonly Wish[]): readonly Wish[] {
  if (!reverse.some(({ peering }) => peering.terms.localAsn !== undefined)) {
    return reverse;
  }
  const asked = new Map(forward.map((wish) => [neighborIn(wish), wish.remote.asn]));
  return reverse.map((wish) => {
    const { localAsn } = wish.peering.terms;
    return localAsn !== undefined && asked.get(neighborIn(wish)) === localAsn
      ? { ...wish, remote: { ...wish.remote, asn: localAsn } }
      : wish;
  });
}

function ask(
  cluster: Cluster,
  local: LocalSpeaker,
  { peering, remote, isReverse }: Wish,
): AskedSession {
  const source = sourceOf(peering, isReverse);
  const terms: SessionTerms = {
    ...peeringTerms(cluster, peering, local, remote, isReverse),
    isPassive: isPassive(source, local, remote),
  };
  return askFor({ source, remoteAddress: remote.address, origin: peering.origin }, terms);
}

function sourceOf({ scope, remote }: Peering, isReverse: boolean): SessionSource {
  if (remote.kind === 'workloads') {
    return 'Local_Workload';
  }
  return scope.kind === 'all-nodes' && !isReverse ? 'Global' : 'Node';
}

/**
 * Whether this end waits for the other: always for a workload, and with a node at the address of a global peering where its address
 * is the greater one as text. Both ends go by the same comparison, and so does Calico.
 */
function isPassive(source: SessionSource, local: LocalSpeaker, remote: RemoteSpeaker): boolean {
  return (
    source === 'Local_Workload' ||
    (source === 'Global' && remote.isKnownNode === true && remote.address > local.address)
  );
}
