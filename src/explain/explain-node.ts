import { asnOf, nodeNamed } from '../model/cluster.js';
import type { Node } from '../model/node.js';
import { identify } from '../plan/identity.js';
import { FAMILIES, FAMILY_LABELS } from '../values/family.js';
import { explainAddress } from './explain-address.js';
import { type Explained, type Explanation, NOTHING, type Reason, reasonOf } from './explanation.js';
import { relatedProblems } from './related-problems.js';

/** What the node called `name` is to this host; of this host, what it is itself. */
export function explainNode(explained: Explained, name: string): Explanation {
  const { cluster, host } = explained;
  const node = nodeNamed(cluster, name);
  const isOwn = name === host.nodeName;
  const about = isOwn || node === undefined ? [] : aboutOther(explained, node);
  const story = {
    ...NOTHING,
    facts: [
      ...(isOwn ? factsOfHost(explained) : []),
      ...(node === undefined ? [] : factsOfNode(explained, node)),
    ],
    sessions: about.flatMap(({ sessions }) => sessions),
    noSession: about.flatMap(({ noSession }) => noSession),
  };
  const related = relatedProblems(explained.problems, story, [`node ${name}`]);
  const problems = [...new Set([...about.flatMap((one) => one.problems), ...related])];
  const isUnread = node === undefined && !isOwn && problems.length > 0;
  return {
    ...{ subject: `node ${name}`, ...story, problems },
    noSession: isUnread ? [{ text: `no record of the node ${name} can be read` }] : story.noSession,
  };
}

function aboutOther(explained: Explained, { name, addresses }: Node): readonly Explanation[] {
  const held = FAMILIES.flatMap((family) => addresses[family]?.address ?? []);
  const text = `the node ${name} has neither an IPv4 nor an IPv6 address`;
  return held.length === 0
    ? [{ ...NOTHING, subject: name, noSession: [{ text }] }]
    : held.map((address) => explainAddress(explained, address));
}

function factsOfNode({ cluster }: Explained, node: Node): readonly Reason[] {
  const { asn, origin } = asnOf(node, cluster);
  return [
    ...FAMILIES.flatMap((family) => {
      const at = node.addresses[family];
      return at === undefined
        ? []
        : [{ text: `${FAMILY_LABELS[family]} address ${at.address}`, key: at.origin }];
    }),
    reasonOf(`AS ${asn}${origin === undefined ? ": Calico's default" : ''}`, origin),
    ...(node.clusterId === undefined
      ? []
      : [{ text: `it reflects routes for others, as cluster ${node.clusterId}` }]),
  ];
}

function factsOfHost(explained: Explained): readonly Reason[] {
  const { plan, cluster, host } = explained;
  const ownAddresses = identify(cluster, host).addresses;
  const families = FAMILIES.map((family) => {
    const { sessions, blocks, pools } = plan[family];
    return ownAddresses[family] === undefined
      ? `no ${FAMILY_LABELS[family]}`
      : `${FAMILY_LABELS[family]} from ${ownAddresses[family]}: sessions ${sessions.length}, blocks ${blocks.length}, pools ${pools.length}`;
  });
  return [
    { text: `this host: a ${plan.role}, router id ${plan.routerId}` },
    ...families.map((text) => ({ text })),
    reasonOf(`the mesh is ${cluster.isMeshEnabled ? 'on' : 'off'}`, cluster.meshOrigin),
  ];
}
