import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodedStore } from '../../src/decode/decoded-store.js';
import { badEntry, goodEntry, goodResource } from '../support/arbitraries.js';

const anyKey = fc.oneof(
  goodEntry.map(({ key }) => key),
  fc.tuple(goodEntry, fc.string({ unit: 'binary' })).map(([{ key }, tail]) => `${key}/${tail}`),
  fc.string({ unit: 'binary' }).map((tail) => `/calico/bgp/v1/${tail}`),
  fc
    .array(
      fc.constantFrom(
        '/calico',
        '/bgp',
        '/v1',
        '/host',
        '/global',
        '/',
        'x',
        '/peer_v4',
        '/block',
        '/ipam',
      ),
    )
    .map((parts) => parts.join('')),
);

test('anything under any key is taken in, refused or ignored, but never thrown', () => {
  fc.assert(
    fc.property(anyKey, fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (key, value) => {
      const store = new DecodedStore();
      store.update([{ kind: 'put', key, value }]);
      store.cluster();

      expect(store.problems().length).toBeLessThan(50);
    }),
    { numRuns: 2_000 },
  );
});

const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    '',
    "'",
    '"; accept;',
    '}',
    [],
    {},
    [null],
    '0s',
  ),
  fc.constantFrom<unknown>(
    '198.18.0.0/16',
    '192.0.2.1',
    '[::1]:5',
    'a:b',
    '1:2',
    'Enabled',
    'all()',
  ),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
);
const SPEC_FIELDS = [
  ...['node', 'nodeSelector', 'peerIP', 'peerSelector', 'asNumber', 'localASNumber', 'password'],
  ...['keepOriginalNextHop', 'nextHopMode', 'sourceAddress', 'maxRestartTime', 'keepaliveTime'],
  ...['numAllowedLocalASNumbers', 'ttlSecurity', 'reachableBy', 'filters', 'reversePeering'],
  ...['localWorkloadSelector', 'nodeToNodeMeshEnabled', 'logSeverityScreen', 'listenPort'],
  ...['bindMode', 'communities', 'prefixAdvertisements', 'serviceClusterIPs', 'nodeMeshPassword'],
  ...['serviceLoadBalancerAggregation', 'ignoredInterfaces', 'programClusterRoutes', 'bgp'],
  ...['ipv4NormalRoutePriority', 'wireguard', 'cidr', 'ipipMode', 'vxlanMode', 'importV4'],
  ...['exportV6', '__proto__', 'constructor'],
];
const INNER_FIELDS = [
  ...['cidr', 'name', 'value', 'values', 'secretKeyRef', 'key', 'ipv4Address', 'ipv6Address'],
  ...['asNumber', 'routeReflectorClusterID', 'interfaceIPv4Address', 'action', 'matchOperator'],
  ...['prefixLength', 'source', 'interface', 'peerType', 'communities', 'asPathPrefix', 'priority'],
  ...['operations', 'addCommunity', 'prependASPath', 'setPriority', 'min', 'max'],
];
const inner = fc.dictionary(fc.constantFrom(...INNER_FIELDS), hostile);
const spec = fc.dictionary(
  fc.constantFrom(...SPEC_FIELDS),
  fc.oneof(hostile, inner, fc.array(fc.oneof(hostile, inner), { maxLength: 3 })),
);

test('any value in any field of a resource is read or refused, and never thrown', () => {
  const name = fc.oneof(fc.constantFrom('default', 'node.a', 'x'), hostile);
  const plural = fc.constantFrom('nodes', 'ippools', 'bgppeers', 'bgpfilters', 'bgpconfigurations');
  fc.assert(
    fc.property(plural, name, fc.oneof(spec, hostile), hostile, (kind, named, fields, labels) => {
      const store = new DecodedStore();
      const document = { metadata: { name: named, labels }, spec: fields, status: labels };
      const key = `/calico/resources/v3/projectcalico.org/${kind}/x`;
      store.update([{ kind: 'put', key, value: JSON.stringify(document) }]);
      const { bgpFilters, bgp } = store.cluster();

      expect(store.problems().length).toBeLessThan(50);
      expect(bgpFilters.map(({ name: filter }) => filter).join('')).not.toMatch(/[^\w.-]/);
      expect(bgp.ignoredInterfaces.join('')).not.toMatch(/["\s]/);
    }),
    { numRuns: 2_000 },
  );
});

test('a bad value changes nothing about the other entries', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(goodEntry, goodResource), { maxLength: 10 }),
      badEntry,
      (entries, bad) => {
        const others = entries.filter(({ key }) => key !== bad.key);
        const without = new DecodedStore();
        without.replace({ revision: '1', entries: others });
        const withBad = new DecodedStore();
        withBad.replace({ revision: '1', entries: [...others, bad] });
        if (withBad.problems().every(({ key }) => key !== bad.key)) {
          return;
        }

        expect(withBad.cluster()).toEqual(without.cluster());
      },
    ),
  );
});
