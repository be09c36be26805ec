import type { Pool } from '../model/pool.js';
import { type Address, familyOf } from '../values/address.js';
import { contains, familyOfPrefix, insideOf, type Prefix, prefixOf } from '../values/prefix.js';
import { type Explained, type Explanation, NOTHING, type Reason } from './explanation.js';
import { filterStories } from './filters/filter-stories.js';
import { relatedProblems } from './related-problems.js';

/** What `prefix` is, and what the filters of this host do with it. */
export function explainPrefix(explained: Explained, prefix: Prefix): Explanation {
  const facts = recordsOf(explained, prefix);
  const story = { ...NOTHING, facts, filters: filterStories(explained, prefix) };
  const problems = relatedProblems(explained.problems, story, [prefix, prefix.replace('/', '-')]);
  return { subject: prefix, ...story, problems };
}

/** The records that speak of `prefix` or of what it lies in. */
function recordsOf({ cluster, plan, host }: Explained, prefix: Prefix): readonly Reason[] {
  const { pools, blocks, services } = cluster;
  const { staticRoutes } = plan[familyOfPrefix(prefix)].extras;
  return [
    ...blocks
      .filter((block) => contains(block.prefix, prefix))
      .map((block) => ({
        text: `block ${block.prefix} of ${block.nodeName === host.nodeName ? 'this node' : block.nodeName}: ${STATES[block.state]}`,
        key: block.origin,
      })),
    ...pools
      .filter((pool) => contains(pool.prefix, prefix))
      .map((pool) => ({ text: `pool ${pool.prefix}: ${termsOf(pool)}`, key: pool.origin })),
    ...staticRoutes
      .filter((route) => contains(route.prefix, prefix))
      .map(({ prefix: own, via, origin }) => ({
        text:
          via === undefined ? `${own} is announced for services` : `${own} is reached by ${via}`,
        key: origin,
      })),
    ...services.flatMap((service) => {
      const { clusterAddresses, externalAddresses, loadBalancerAddresses } = service;
      const own = [...clusterAddresses, ...externalAddresses, ...loadBalancerAddresses];
      return own.some(insideOf([prefix]))
        ? [{ text: serviceText(service, host.nodeName), key: service.origin }]
        : [];
    }),
  ];
}

const STATES = {
  confirmed: 'confirmed',
  pending: 'pending, so nothing is planned for it yet',
  releasing: 'given back (pendingDeletion)',
} as const;

const TUNNELS = {
  never: 'no IPIP',
  always: 'IPIP',
  'cross-subnet': 'IPIP to other subnets',
} as const;

function termsOf({ tunnel, isVxlan, isExportDisabled }: Pool): string {
  return [
    isVxlan ? 'VXLAN' : TUNNELS[tunnel],
    ...(isExportDisabled ? ['not told to peers'] : []),
  ].join(', ');
}

function serviceText(
  { name, isLocal, endpointNodes }: Explained['cluster']['services'][number],
  nodeName: string,
): string {
  const here = endpointNodes.includes(nodeName) ? 'one is here' : 'none is here';
  return isLocal
    ? `service ${name}, for nodes with an endpoint alone: ${here}`
    : `service ${name}, which every node may announce`;
}

/** What an address is as a destination: nothing where no record has to do with it. */
export function explainDestination(
  explained: Explained,
  address: Address,
): Pick<Explanation, 'facts' | 'filters'> {
  const prefix = prefixOf(address);
  const facts = recordsOf(explained, prefix);
  const isRouted = facts.length > 0 || hasRange(explained, address);
  return isRouted ? { facts, filters: filterStories(explained, prefix) } : NOTHING;
}

function hasRange({ plan }: Explained, address: Address): boolean {
  const { unprogrammed, transitRanges } = plan[familyOf(address)].extras;
  return insideOf([...unprogrammed, ...transitRanges])(address);
}
