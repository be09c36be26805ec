import { expect, test } from 'vitest';
import type { ServiceRanges } from '../../../../src/model/bgp-settings.js';
import type { Service } from '../../../../src/model/service.js';
import { planServices } from '../../../../src/plan/routes/services.js';
import { address, prefix } from '../v3-fixture.js';

interface RangeTexts {
  readonly cluster?: readonly string[];
  readonly external?: readonly string[];
  readonly loadBalancer?: readonly string[];
  readonly aggregates?: boolean;
}

function rangesOf(texts: RangeTexts): ServiceRanges {
  return {
    cluster: (texts.cluster ?? []).map(prefix),
    external: (texts.external ?? []).map(prefix),
    loadBalancer: (texts.loadBalancer ?? []).map(prefix),
    aggregatesLoadBalancers: texts.aggregates ?? true,
  };
}

interface ServiceTexts {
  readonly cluster?: readonly string[];
  readonly external?: readonly string[];
  readonly loadBalancer?: readonly string[];
  readonly isLocal?: boolean;
  readonly on?: readonly string[];
}

function serviceOf(texts: ServiceTexts): Service {
  return {
    name: 'default/web',
    clusterAddresses: (texts.cluster ?? []).map(address),
    externalAddresses: (texts.external ?? []).map(address),
    loadBalancerAddresses: (texts.loadBalancer ?? []).map(address),
    isLocal: texts.isLocal ?? false,
    endpointNodes: texts.on ?? [],
    origin: 'default/web',
  };
}

const NODE = { name: 'node-a' };
const EXCLUDED = {
  name: 'node-a',
  labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' },
};

/** `announced | kept out of the kernel`. */
function planned(ranges: RangeTexts, services: readonly ServiceTexts[], node = NODE): string {
  const { staticRoutes, unprogrammed } = planServices(
    services.map(serviceOf),
    { node, ranges: rangesOf(ranges) },
    'ipv4',
  );
  return `${staticRoutes.map((one) => one.prefix).join(' ')} | ${unprogrammed.join(' ')}`;
}

const EVERY_KIND = {
  cluster: ['198.18.0.0/16'],
  external: ['192.0.2.0/24'],
  loadBalancer: ['203.0.113.0/24'],
};

test.each<[what: string, ranges: RangeTexts, expected: string]>([
  ['none', {}, ' | '],
  [
    'of each kind, by their text',
    EVERY_KIND,
    '192.0.2.0/24 198.18.0.0/16 203.0.113.0/24 | 192.0.2.0/24 198.18.0.0/16 203.0.113.0/24',
  ],
  [
    'that are given twice',
    { cluster: ['198.18.0.0/16'], external: ['198.18.0.0/16'] },
    '198.18.0.0/16 | 198.18.0.0/16',
  ],
  ['of the other family', { cluster: ['2001:db8::/112'] }, ' | '],
  [
    'of one address, of which only that of cluster addresses is announced as a whole',
    {
      cluster: ['198.18.0.10/32'],
      external: ['192.0.2.1/32'],
      loadBalancer: ['203.0.113.1/32'],
    },
    '198.18.0.10/32 | 198.18.0.10/32',
  ],
  [
    'of load balancers that are not aggregated',
    { loadBalancer: ['203.0.113.0/24'], aggregates: false },
    ' | ',
  ],
])('ranges without services: %s', (_, ranges, expected) => {
  expect(planned(ranges, [])).toBe(expected);
});

const LOCAL = {
  isLocal: true,
  cluster: ['198.18.0.10'],
  external: ['192.0.2.10'],
  loadBalancer: ['203.0.113.10'],
};

test.each<[what: string, ranges: RangeTexts, service: ServiceTexts, expected: string]>([
  [
    'a local one with an endpoint here',
    { cluster: ['198.18.0.0/16'], external: ['192.0.2.0/24'] },
    { ...LOCAL, on: ['node-a', 'node-b'] },
    '192.0.2.10/32 198.18.0.10/32',
  ],
  ['a local one with endpoints elsewhere alone', EVERY_KIND, { ...LOCAL, on: ['node-b'] }, ''],
  [
    'a local one with addresses outside of the ranges, or in those of another kind',
    { loadBalancer: ['198.18.0.0/16', '192.0.2.0/24'] },
    { ...LOCAL, on: ['node-a'] },
    '',
  ],
  [
    'a local one of the other family',
    { cluster: ['2001:db8::/112'] },
    { isLocal: true, cluster: ['2001:db8::10'], on: ['node-a'] },
    '',
  ],
  ['any other', EVERY_KIND, { ...LOCAL, isLocal: false, on: ['node-a'] }, ''],
  [
    'any other with an external address that is a range',
    { external: ['192.0.2.10/32'] },
    { external: ['192.0.2.10', '192.0.2.11'] },
    '192.0.2.10/32',
  ],
  [
    'any other with a load balancer address that is a range',
    { loadBalancer: ['203.0.113.10/32'] },
    { loadBalancer: ['203.0.113.10'] },
    '203.0.113.10/32',
  ],
  [
    'any other where load balancers are not aggregated',
    { loadBalancer: ['203.0.113.0/24'], aggregates: false },
    { loadBalancer: ['203.0.113.10'], on: ['node-b'] },
    '203.0.113.10/32',
  ],
  [
    'one without an endpoint anywhere, where load balancers are not aggregated',
    { loadBalancer: ['203.0.113.0/24'], aggregates: false },
    { loadBalancer: ['203.0.113.10'] },
    '',
  ],
])('announced by themselves are addresses of %s', (_, ranges, service, expected) => {
  const ofRanges = planned(ranges, []).split(' | ')[0]?.split(' ') ?? [];
  const all = planned(ranges, [service]).split(' | ')[0]?.split(' ') ?? [];

  expect(all.filter((one) => !ofRanges.includes(one)).join(' ')).toBe(expected);
});

test('an address that two services have is announced once', () => {
  const service = { ...LOCAL, on: ['node-a'] };

  expect(planned({ cluster: ['198.18.0.0/16'] }, [service, service])).toBe(
    '198.18.0.0/16 198.18.0.10/32 | 198.18.0.0/16',
  );
});

test('a node without load balancers announces nothing, and keeps the ranges out of its kernel', () => {
  const services = [{ ...LOCAL, on: ['node-a'] }];

  expect(planned({ cluster: ['198.18.0.0/16'] }, services, EXCLUDED)).toBe(' | 198.18.0.0/16');
});

test('the origin of a range is the field that has it; that of an address is its service', () => {
  const services = [serviceOf({ ...LOCAL, on: ['node-a'] })];
  const rules = { node: NODE, ranges: rangesOf({ cluster: ['198.18.0.0/16'] }) };

  expect(planServices(services, rules, 'ipv4').staticRoutes).toEqual([
    { prefix: '198.18.0.0/16', isExported: true, origin: 'serviceClusterIPs' },
    { prefix: '198.18.0.10/32', isExported: true, origin: 'default/web' },
  ]);
});
