/**
 * What is told to routers that nobody here wrote (FRR), and taken from them, by their own tables: a node between two of them, and
 * changes made while it runs.
 */
import { expect, test } from 'vitest';
import type { FrrPath } from '../support/frr.js';
import {
  ADDRESS6,
  BEHIND,
  BLOCK6,
  BLOCKS,
  frrSiteForFile,
  NODE,
  SPINE,
  standing,
  TOLD,
  TOR,
  WORKLOAD,
} from '../support/frr-site.js';
import { resource } from '../support/v3-resources.js';

const theSite = frrSiteForFile();

test('blocks and routes are exchanged with AS numbers of 4 bytes, in both families', async () => {
  const site = theSite();
  const { node, tor, spine } = site;
  await site.waitForSessions();
  for (const neighbor of [NODE.ipv4, NODE.ipv6]) {
    expect(await tor.session(neighbor)).toMatchObject({ remoteAs: NODE.asn });
  }

  await tor.waitForPath(BLOCKS.first, isTold(`${NODE.asn}`, NODE.ipv4));
  await tor.waitForPath(BLOCKS.second, isTold(`${NODE.asn}`, NODE.ipv4));
  await tor.waitForPath(BLOCK6, isTold(`${NODE.asn}`, NODE.ipv6));
  // The node passes on what is inside of its pools, and that alone. A workload is told by its block.
  await tor.waitForPath(TOLD.spine.inPool, isTold(`${NODE.asn} ${SPINE.asn}`, NODE.ipv4));
  expect(await tor.paths(TOLD.spine.first)).toEqual([]);
  expect(await spine.paths(TOLD.tor.first)).toEqual([]);
  expect(await tor.paths(`${WORKLOAD}/32`)).toEqual([]);

  await site.waitForRoute(TOLD.tor.first, `via ${TOR.ipv4}`);
  await site.waitForRoute(TOLD.tor.ipv6, 'proto bird');
  await site.waitForRoute(TOLD.spine.first, `via ${SPINE.ipv4}`);
  expect(await tor.ping(WORKLOAD)).toBe(true);
  expect(await tor.ping(ADDRESS6)).toBe(true);
  for (const address of [BEHIND.tor, BEHIND.spine]) {
    expect(await node.ping(WORKLOAD, address)).toContain(' 1 received');
  }
  expect(await node.shell(`ping -c 1 -W 1 ${BEHIND.tor6}`)).toContain(' 1 received');
});

test('nextHopMode and keepOriginalNextHop say who is named for what another router told', async () => {
  const site = theSite();
  const { tor } = site;
  const external = `${NODE.asn} ${SPINE.asn}`;
  await site.have({ tor: { nextHopMode: 'Keep' } });
  await tor.waitForPath(TOLD.spine.inPool, isTold(external, SPINE.ipv4));
  // A route of its own has no other next hop.
  await tor.waitForPath(BLOCKS.first, isTold(`${NODE.asn}`, NODE.ipv4));
  await site.have({ tor: { nextHopMode: 'Auto' } });
  await tor.waitForPath(TOLD.spine.inPool, isTold(external, NODE.ipv4));
  await site.have({ tor: { keepOriginalNextHop: true } });
  await tor.waitForPath(TOLD.spine.inPool, isTold(external, SPINE.ipv4));

  // Inside of one AS next hops stay (RFC 4271 section 5.1.3) unless the mode says otherwise.
  const internal = `${SPINE.asn}`;
  await tor.setNeighbor(NODE.ipv4, 'remote-as internal');
  await site.have({ tor: { localASNumber: TOR.asn } });
  await tor.waitForPath(TOLD.spine.inPool, isTold(internal, SPINE.ipv4));
  await site.have({ tor: { localASNumber: TOR.asn, nextHopMode: 'Self' } });
  await tor.waitForPath(TOLD.spine.inPool, isTold(internal, NODE.ipv4));
  await tor.setNeighbor(NODE.ipv4, 'remote-as external');
});

test('communities are told with the prefixes that are advertised with them, under standing sessions', async () => {
  const site = theSite();
  const { node, tor } = site;
  await site.have();
  await site.waitForSessions();
  const before = await standing(tor);
  const has = (standard?: string, large?: string) => (path: FrrPath) =>
    path.community?.string === standard && path.largeCommunity?.string === large;
  const advertise = (cidr: string, ...communities: readonly string[]) =>
    site.lab.etcdChange(
      resource('BGPConfiguration', 'default', {
        asNumber: NODE.asn,
        communities: [{ name: 'pods', value: '65100:300' }],
        prefixAdvertisements: [{ cidr, communities }],
      }),
    );

  await advertise(BLOCKS.first, 'pods', `${NODE.asn}:1:2`);
  await tor.waitForPath(BLOCKS.first, has('65100:300', `${NODE.asn}:1:2`));
  await tor.waitForPath(BLOCKS.second, has());

  await advertise(BLOCK6, '65100:600');
  await tor.waitForPath(BLOCK6, has('65100:600'));
  await tor.waitForPath(BLOCKS.first, has());

  // What a node has of its own stands in place of the cluster's, in both families.
  const own = { prefixAdvertisements: [{ cidr: BLOCKS.second, communities: ['65100:301'] }] };
  await site.have({}, resource('BGPConfiguration', `node.${node.name}`, own));
  await tor.waitForPath(BLOCKS.second, has('65100:301'));
  await tor.waitForPath(BLOCK6, has());
  expect(await tor.session(NODE.ipv4)).toMatchObject(before);
});

test('BGPFilters decide what is told and what is taken, and change under standing sessions', async () => {
  const site = theSite();
  const { node, tor } = site;
  await site.have();
  await site.waitForSessions();
  const before = await standing(tor);
  const filter = (spec: Readonly<Record<string, unknown>>) =>
    site.have(
      { tor: { filters: ['tor'] }, tor6: { filters: ['tor'] } },
      resource('BGPFilter', 'tor', spec),
    );

  await filter({
    exportV4: [
      { action: 'Reject', cidr: BLOCKS.second, matchOperator: 'Equal' },
      {
        ...{ action: 'Accept', cidr: BLOCKS.first, matchOperator: 'In', peerType: 'eBGP' },
        operations: [
          { addCommunity: { value: '65100:7' } },
          { addCommunity: { value: '65100:7:8' } },
          { prependASPath: { prefix: [65_001, 65_002] } },
        ],
      },
    ],
    importV4: [
      {
        action: 'Reject',
        cidr: '10.48.0.0/12',
        matchOperator: 'In',
        prefixLength: { min: 24, max: 24 },
      },
    ],
    exportV6: [{ action: 'Reject' }],
    importV6: [{ action: 'Reject', asPathPrefix: [TOR.asn] }],
  });
  await tor.waitForNoPath(BLOCKS.second);
  await tor.waitForNoPath(BLOCK6);
  const path = await tor.waitForPath(BLOCKS.first, isTold(`${NODE.asn} 65001 65002`, NODE.ipv4));
  expect([path.community?.string, path.largeCommunity?.string]).toEqual(['65100:7', '65100:7:8']);
  await site.waitForNoRoute(TOLD.tor.first);
  await site.waitForNoRoute(TOLD.tor.ipv6);
  expect(await tor.ping(WORKLOAD)).toBe(true);
  expect(await node.ping(WORKLOAD, BEHIND.tor)).toContain(' 0 received');
  // Of the filter of one session the other one knows nothing.
  await site.spine.waitForPath(BLOCKS.second);

  // The router marks one of its prefixes.
  await tor.configure(`ip prefix-list marked permit ${TOLD.tor.second}`);
  await tor.configure(
    'route-map out permit 10',
    'match ip address prefix-list marked',
    'set community 65000:99',
  );
  await tor.configure('route-map out permit 20');
  await tor.setNeighbor(NODE.ipv4, 'route-map out out');
  await filter({
    importV4: [
      { action: 'Reject', communities: { values: ['65000:99'] } },
      {
        action: 'Accept',
        source: 'RemotePeers',
        interface: 'eth*',
        operations: [{ setPriority: { value: 512 } }],
      },
    ],
  });
  await site.waitForRoute(TOLD.tor.first, `via ${TOR.ipv4} dev eth0 proto bird metric 512`);
  await site.waitForNoRoute(TOLD.tor.second);
  await tor.waitForPath(BLOCKS.second);
  await tor.waitForPath(BLOCK6);
  expect(await node.ping(WORKLOAD, BEHIND.tor)).toContain(' 1 received');
  expect(await tor.session(NODE.ipv4)).toMatchObject(before);
});

test('numAllowedLocalASNumbers: a route that has been in the own AS is taken when it may have been', async () => {
  const site = theSite();
  const { spine } = site;
  await site.have();
  await site.waitForSessions();
  await site.waitForRoute(TOLD.spine.first, `via ${SPINE.ipv4}`);

  await spine.configure('route-map out permit 10', `set as-path prepend ${NODE.asn}`);
  await spine.setNeighbor(NODE.ipv4, 'route-map out out');
  await site.waitForNoRoute(TOLD.spine.first);
  await site.have({ spine: { numAllowedLocalASNumbers: 1 } });
  await site.waitForRoute(TOLD.spine.first, `via ${SPINE.ipv4}`);
  await spine.unsetNeighbor(NODE.ipv4, 'route-map out out');
});

test('reachableBy: a router is reached at an address that is behind another one', async () => {
  const site = theSite();
  const { node, spine } = site;
  await spine.namespace.ip('address', 'add', '10.255.0.51/32', 'dev', 'lo');
  await spine.setNeighbor(NODE.ipv4, 'update-source 10.255.0.51');
  await spine.setNeighbor(NODE.ipv4, 'ebgp-multihop 2');
  await site.have({ spine: { peerIP: `10.255.0.51:${SPINE.port}`, reachableBy: SPINE.ipv4 } });

  await spine.waitForSession(
    NODE.ipv4,
    ({ bgpState, hostLocal }) => bgpState === 'Established' && hostLocal === '10.255.0.51',
  );
  await spine.waitForPath(BLOCKS.first);
  await site.waitForRoute('10.255.0.51', `via ${SPINE.ipv4}`);
  await site.waitForRoute(TOLD.spine.first, `via ${SPINE.ipv4}`);
  expect(await node.ping(WORKLOAD, BEHIND.spine)).toContain(' 1 received');
});

/** Whether the way is told with this path of AS numbers and this next hop. */
function isTold(path: string, nextHop: string) {
  return ({ aspath, nexthops }: FrrPath): boolean =>
    aspath.string === path && nexthops.every(({ ip }) => ip === nextHop);
}
