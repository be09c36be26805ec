/** The environment of calico/node: what `docs/calico-node.md` says of each variable is so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostOf } from '../../../src/daemon/parts.js';
import type { Setting } from '../../../src/settings/setting.js';
import { SETTINGS } from '../../../src/settings/settings.js';
import { projectRoot } from '../../support/tools.js';
import { reasonsIn, settingsFrom } from './settings-fixture.js';

const DOC = readFileSync(join(projectRoot, 'docs/calico-node.md'), 'utf8');
const [, READ = '', IGNORED = ''] = DOC.split('| variable |');
const KNOWN = Object.values<Setting<unknown>>(SETTINGS).flatMap(({ environment }) => environment);

/** What Calico's manifest for etcd sets. */
const MANIFESTS = {
  DATASTORE_TYPE: 'etcdv3',
  ETCD_ENDPOINTS: 'https://192.0.2.10:2379,https://192.0.2.11:2379',
  ETCD_CA_CERT_FILE: '/calico-secrets/etcd-ca',
  ETCD_KEY_FILE: '/calico-secrets/etcd-key',
  ETCD_CERT_FILE: '/calico-secrets/etcd-cert',
  CALICO_K8S_NODE_REF: 'Worker-1',
  CALICO_NETWORKING_BACKEND: 'bird',
  CLUSTER_TYPE: 'k8s,bgp',
  NODENAME: 'worker-1',
  IP: 'autodetect',
  IP6: 'none',
  AS: '64512',
  CALICO_ROUTER_ID: '',
};

/** The variables in the first column of a table. */
function variablesOf(table: string): readonly string[] {
  const cells = table.split('\n').flatMap((line) => /^\| (`[^|]*) \|/.exec(line)?.[1] ?? []);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
}

test('a variable that is said to be read is one of a setting, and no ignored one is', () => {
  const [read, ignored] = [variablesOf(READ), variablesOf(IGNORED)];

  expect(read.length).toBeGreaterThan(10);
  expect(ignored.length).toBeGreaterThan(5);
  expect(read.filter((name) => !KNOWN.includes(name))).toEqual([]);
  expect(ignored.filter((name) => KNOWN.includes(name))).toEqual([]);
  expect(Object.keys(MANIFESTS).filter((name) => ![...read, ...ignored].includes(name))).toEqual(
    [],
  );
});

test('what the manifest sets is taken as it is', () => {
  const settings = settingsFrom({ environment: MANIFESTS });

  expect(settings).toMatchObject({ datastore: 'etcd3', node: 'worker-1', role: 'node' });
  expect(settings.etcdEndpoints).toEqual(['https://192.0.2.10:2379', 'https://192.0.2.11:2379']);
  expect(hostOf(settings)).toEqual({
    role: 'node',
    nodeName: 'worker-1',
    kubernetesName: 'Worker-1',
    usesPodPrefixes: false,
    acceptsCustomFilters: false,
  });
});

describe('addresses', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1/24', '192.0.2.1'],
    ['autodetect', undefined],
    ['none', undefined],
  ])('IP=%s says %s', (IP, address) => {
    expect(settingsFrom({ environment: { IP } }).ip).toBe(address);
  });

  test('IP6 takes the same forms', () => {
    expect(settingsFrom({ environment: { IP6: '2001:db8::1/64' } }).ip6).toBe('2001:db8::1');
    expect(settingsFrom({ environment: { IP6: 'autodetect' } }).ip6).toBeUndefined();
  });

  test.each(['auto', '192.0.2.1/', '192.0.2.1/x', '192.0.2.1/24/24'])('IP=%s is wrong', (IP) => {
    expect(reasonsIn({ environment: { IP } })).toHaveLength(1);
  });

  test('a reflector has to be told its address', () => {
    const environment = { BIRDKEEPER_ROLE: 'reflector', IP: 'autodetect' };
    expect(reasonsIn({ environment })).toEqual([expect.stringMatching(/needs an address/)]);
  });
});

describe('the datastore', () => {
  const KUBERNETES = { DATASTORE_TYPE: 'kubernetes' };

  test.each([
    ['etcdv3', 'etcd3'],
    ['etcdv2', 'etcd2'],
  ])('DATASTORE_TYPE=%s is %s', (DATASTORE_TYPE, datastore) => {
    expect(settingsFrom({ environment: { DATASTORE_TYPE } }).datastore).toBe(datastore);
  });

  test('that is the Kubernetes API is refused, and the reason says what there is instead', () => {
    expect(reasonsIn({ environment: KUBERNETES })).toEqual([
      expect.stringMatching(/^DATASTORE_TYPE: kubernetes is not supported yet.*etcdv3.*--file/),
    ]);
  });

  test('that an option names counts, whatever the variable says', () => {
    expect(settingsFrom({ environment: KUBERNETES, options: { file: '/f' } }).datastore).toBe(
      'file',
    );
    expect(
      settingsFrom({ environment: KUBERNETES, options: { datastore: 'etcd2' } }).datastore,
    ).toBe('etcd2');
  });

  test('that is to be found by DNS is refused, where nothing else says where it is', () => {
    const environment = { ETCD_DISCOVERY_SRV: 'example.org' };
    expect(reasonsIn({ environment })).toEqual([expect.stringMatching(/not looked up in DNS/)]);
    const ETCD_ENDPOINTS = 'http://192.0.2.10:2379';
    expect(reasonsIn({ environment: { ...environment, ETCD_ENDPOINTS } })).toEqual([]);
  });
});
