import type { Node } from '../model/node.js';
import { type Address, familyOf } from '../values/address.js';
import { explainDestination } from './explain-prefix.js';
import { type Explained, type Explanation, type Reason, reasonOf } from './explanation.js';
import { refusedPeerings, relatedProblems } from './related-problems.js';
import { neighborStory } from './sessions/session-stories.js';

/** What `address` is to this host: a neighbor, itself, or a destination. */
export function explainAddress(explained: Explained, address: Address): Explanation {
  const holders = nodesAt(explained, address);
  const speaker = speakerFacts(explained, address, holders);
  const destination = explainDestination(explained, address);
  const refused = refusedPeerings(explained.problems);
  const { sessions, noSession } = neighborStory(explained, address);
  const story = {
    sessions,
    noSession: sessions.length > 0 ? [] : [...noSession, ...refused],
    facts: [...speaker, ...destination.facts],
    filters: destination.filters,
  };
  const names = [address, ...holders.map(({ name }) => `node ${name}`)];
  const problems = relatedProblems(explained.problems, story, names);
  // Of a destination nobody expects a session.
  const isMeant = speaker.length > 0 || (destination.filters.length === 0 && problems.length > 0);
  return { subject: address, ...story, noSession: isMeant ? story.noSession : [], problems };
}

function nodesAt({ cluster }: Explained, address: Address): readonly Node[] {
  return cluster.nodes.filter(({ addresses }) => addresses[familyOf(address)]?.address === address);
}

/** Who speaks BGP at `address`, as far as the datastore tells. */
function speakerFacts(
  { cluster, plan }: Explained,
  address: Address,
  nodes: readonly Node[],
): readonly Reason[] {
  const { reflectors, peerings, workloads } = cluster;
  const family = familyOf(address);
  return [
    ...(plan[family].localAddress === address ? [{ text: "this host's own address" }] : []),
    ...nodes.map(({ name, addresses }) =>
      reasonOf(`address of the node ${name}`, addresses[family]?.origin),
    ),
    ...reflectors
      .filter((one) => one.address === address)
      .map(({ origin }) => ({ text: 'address of a route reflector', key: origin })),
    ...peerings
      .filter(({ remote }) => remote.kind === 'address' && remote.address === address)
      .map(({ origin }) => ({ text: 'a peering is with it', key: origin })),
    ...workloads
      .filter(({ addresses }) => addresses.includes(address))
      .map(({ origin }) => ({ text: 'address of a workload of this host', key: origin })),
  ];
}
