import { hostname } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configPathOf } from '../../../src/settings/load-settings.js';
import { reasonsIn, settingsFrom, sourcesWith } from './settings-fixture.js';

describe('sources', () => {
  const inAllSources = [
    ['role', 'role', 'BIRDKEEPER_ROLE', ['node', 'node', 'reflector'], 'node'],
    [
      'outputDir',
      'output-dir',
      'BIRDKEEPER_OUTPUT_DIR',
      ['/o', '/e', '/c'],
      '/etc/birdkeeper/config',
    ],
    ['dialect', 'dialect', 'BIRDKEEPER_DIALECT', ['bird1', 'bird2', 'calico'], 'auto'],
    ['logLevel', 'log-level', 'BIRDKEEPER_LOG_LEVEL', ['debug', 'warn', 'error'], 'info'],
    [
      'birdSocket',
      'bird-socket',
      'BIRDKEEPER_BIRD_SOCKET',
      ['/o', '/e', '/c'],
      '/run/bird/bird.ctl',
    ],
  ] as const;

  test.each(inAllSources)(
    '%s comes from the option, else the environment, else the config file, else its default',
    (name, flag, variable, [option, environment, configured], standard) => {
      const all = {
        options: { [flag]: option },
        environment: { [variable]: environment, IP: '192.0.2.1' },
        config: { [flag]: configured },
      };

      expect(settingsFrom(all)[name]).toBe(option);
      expect(settingsFrom({ ...all, options: {} })[name]).toBe(environment);
      const withoutVariable = { environment: { IP: '192.0.2.1' }, config: all.config };
      expect(settingsFrom(withoutVariable)[name]).toBe(configured);
      expect(settingsFrom({})[name]).toBe(standard);
    },
  );

  test('a number is taken from text as well as from a number of the config file', () => {
    expect(settingsFrom({ options: { 'quiet-ms': '7' } }).quietMs).toBe(7);
    expect(settingsFrom({ config: { 'quiet-ms': 7 } }).quietMs).toBe(7);
  });

  test('a list of the config file is the same as text with commas', () => {
    const urls = ['http://192.0.2.1:2379', 'http://192.0.2.2:2379'];

    expect(settingsFrom({ config: { 'etcd-endpoints': urls } }).etcdEndpoints).toEqual(urls);
    expect(settingsFrom({ config: { 'etcd-endpoints': urls.join(',') } }).etcdEndpoints).toEqual(
      urls,
    );
  });

  test('an empty variable, and a config entry without a value, count as not set', () => {
    const settings = settingsFrom({
      environment: { BIRDKEEPER_OUTPUT_DIR: '', IP: '', ETCD_ENDPOINTS: '' },
      config: { role: null },
    });

    expect(settings.outputDir).toBe('/etc/birdkeeper/config');
    expect(settings.ip).toBeUndefined();
    expect(settings.etcdEndpoints).toEqual(['http://127.0.0.1:2379']);
    expect(settings.role).toBe('node');
  });

  test('an empty config file says nothing', () => {
    expect(reasonsIn({ config: null })).toEqual([]);
  });

  test('the config file is named by its option, else by its variable', () => {
    const environment = { BIRDKEEPER_CONFIG: '/e' };

    expect(configPathOf(sourcesWith({ options: { config: '/o' }, environment }))).toBe('/o');
    expect(configPathOf(sourcesWith({ environment }))).toBe('/e');
    expect(configPathOf(sourcesWith({ environment: { BIRDKEEPER_CONFIG: '' } }))).toBeUndefined();
  });
});

describe('what follows from settings', () => {
  test('ETCD_AUTHORITY with several hosts and ETCD_SCHEME make the endpoints', () => {
    const environment = { ETCD_AUTHORITY: '192.0.2.1:2379, etcd-2:2380', ETCD_SCHEME: 'https' };

    const { etcdEndpoints } = settingsFrom({ environment });

    expect(etcdEndpoints).toEqual(['https://192.0.2.1:2379', 'https://etcd-2:2380']);
  });

  test('ETCD_ENDPOINTS beats ETCD_AUTHORITY', () => {
    const environment = {
      ETCD_ENDPOINTS: 'http://192.0.2.1:2379',
      ETCD_AUTHORITY: '192.0.2.2:2379',
    };

    expect(settingsFrom({ environment }).etcdEndpoints).toEqual(['http://192.0.2.1:2379']);
  });

  test('a file makes the datastore a file, unless another one is asked for', () => {
    expect(settingsFrom({ options: { file: '/a.yaml' } }).datastore).toBe('file');
    expect(settingsFrom({ options: { file: '/a.yaml', datastore: 'etcd3' } }).datastore).toBe(
      'etcd3',
    );
    expect(settingsFrom({}).datastore).toBe('etcd3');
  });

  test("the node's name is NODENAME, else HOSTNAME, else the host's name", () => {
    const environment = { NODENAME: 'calico-name', HOSTNAME: 'pod-name' };

    expect(settingsFrom({ environment }).node).toBe('calico-name');
    expect(settingsFrom({ environment: { HOSTNAME: 'pod-name' } }).node).toBe('pod-name');
    expect(settingsFrom({}).node).toBe(hostname());
  });

  test('the state is kept in the output directory, unless it has one of its own', () => {
    expect(settingsFrom({ options: { 'output-dir': '/out' } }).stateDir).toBe('/out/.birdkeeper');
    expect(settingsFrom({ options: { 'output-dir': '/out', 'state-dir': '/s' } }).stateDir).toBe(
      '/s',
    );
  });

  test.each([
    ['auto', 'file', true],
    ['auto', 'etcd3', false],
    ['on', 'etcd3', true],
    ['off', 'file', false],
  ])('custom filters %s with datastore %s: accepted is %s', (mode, datastore, isAccepted) => {
    const options = { 'custom-filters': mode, datastore, file: '/a.yaml' };

    expect(settingsFrom({ options }).acceptsCustomFilters).toBe(isAccepted);
  });
});

describe('settings of Calico 3', () => {
  test('its variables are read, with the ranges as prefixes', () => {
    const { usePodCidr, advertiseClusterIps } = settingsFrom({
      environment: {
        USE_POD_CIDR: 'true',
        CALICO_ADVERTISE_CLUSTER_IPS: '198.18.0.1/16, 2001:db8::/112',
      },
    });

    expect(usePodCidr).toBe('true');
    expect(advertiseClusterIps).toEqual(['198.18.0.0/16', '2001:db8::/112']);
  });

  test('without them the node has its own blocks, and announces what the datastore says', () => {
    const settings = settingsFrom({});

    expect(settings.usePodCidr).toBe('false');
    expect(settings.advertiseClusterIps).toBeUndefined();
  });

  test('a range that is none is refused', () => {
    expect(reasonsIn({ options: { 'advertise-cluster-ips': '198.18.0.0/16,198.19.0.0' } })).toEqual(
      ['--advertise-cluster-ips: "198.19.0.0" is not an IPv4 prefix in the form ADDRESS/LENGTH'],
    );
  });
});

describe('wrong settings', () => {
  test('a reflector needs an address of one family', () => {
    const options = { role: 'reflector' };

    expect(reasonsIn({ options })).toEqual([
      '--role reflector needs an address: --ip or --ip6 (IP, IP6)',
    ]);
    expect(reasonsIn({ options, environment: { IP6: '2001:db8::1' } })).toEqual([]);
  });

  test('datastore file needs a file', () => {
    expect(reasonsIn({ options: { datastore: 'file' } })).toEqual([
      '--datastore file needs --file (BIRDKEEPER_FILE)',
    ]);
  });

  test.each([[{ 'etcd-cert': '/c.pem' }], [{ 'etcd-key': '/k.pem' }]])(
    'a certificate and its key go together: %o is refused',
    (options) => {
      expect(reasonsIn({ options })).toEqual([
        '--etcd-cert and --etcd-key (ETCD_CERT_FILE, ETCD_KEY_FILE) go together: one of them is missing',
      ]);
    },
  );

  test.each([
    [{ ETCD_PASSWORD: 'secret' }],
    [{ ETCD_PASSWORD_FILE: '/p' }],
    [{ ETCD_USERNAME: 'root' }],
  ])('a user and a password go together: %o is refused', (environment) => {
    expect(reasonsIn({ environment })).toEqual([
      '--etcd-username and a password (ETCD_PASSWORD, --etcd-password-file) go together: one of them is missing',
    ]);
  });

  test('names that the config file must not have are told, passwords among them', () => {
    const config = { 'output-dri': '/out', etcdPassword: 'secret', 'etcd-password': 'secret' };

    expect(reasonsIn({ config })).toEqual([
      '/etc/birdkeeper.yaml: output-dri: there is no such setting',
      '/etc/birdkeeper.yaml: etcdPassword: there is no such setting',
      '/etc/birdkeeper.yaml: etcd-password: there is no such setting',
    ]);
  });

  test.each([[['a']], ['text'], [7]])('a config file that holds %o is refused', (config) => {
    expect(reasonsIn({ config })).toEqual([
      '/etc/birdkeeper.yaml: it is not a list of settings with their values',
    ]);
  });

  test('a record where the config file needs a value is refused', () => {
    expect(reasonsIn({ config: { 'output-dir': { path: '/out' } } })).toEqual([
      '/etc/birdkeeper.yaml: output-dir: it is a record, and must be one value or a list',
    ]);
  });

  test('everything that is wrong is told at once, each with its source', () => {
    const reasons = reasonsIn({
      options: { role: 'router', 'quiet-ms': '-1' },
      environment: { ETCD_AUTHORITY: 'nowhere', IP: '192.0.2.300', NODENAME: 'a/b' },
      config: { 'log-level': 'loud', listen: '9470', extra: 1 },
    });

    expect(reasons).toEqual([
      '/etc/birdkeeper.yaml: extra: there is no such setting',
      'ETCD_AUTHORITY: "nowhere" is not of the form HOST:PORT',
      expect.stringMatching(/^NODENAME: .*"a\/b"/),
      '--role: "router" is none of node, reflector',
      expect.stringMatching(/^IP: .*"192\.0\.2\.300"/),
      '/etc/birdkeeper.yaml: listen: "9470" is neither ADDRESS:PORT nor off',
      '/etc/birdkeeper.yaml: log-level: "loud" is none of trace, debug, info, warn, error, fatal, silent',
      '--quiet-ms: "-1" is not a whole number from 0 to 60000',
    ]);
  });

  test('an address with a password in it is refused without the password', () => {
    const environment = {
      ETCD_ENDPOINTS: 'http://root:geheim@192.0.2.1:2379',
      ETCD_AUTHORITY: 'root:geheim@192.0.2.1:2379',
    };

    expect(reasonsIn({ environment })).toEqual([
      'ETCD_ENDPOINTS: "http://[redacted]@192.0.2.1:2379" is not of the form http://HOST:PORT or https://HOST:PORT',
      'ETCD_AUTHORITY: "[redacted]@192.0.2.1:2379" is not of the form HOST:PORT',
    ]);
  });

  test('no reason shows the password, whatever else is wrong', () => {
    const wrong = fc.record(
      {
        ETCD_USERNAME: fc.constantFrom('', 'root'),
        ETCD_ENDPOINTS: fc.constantFrom('', 'x', 'http://a:1'),
        BIRDKEEPER_ROLE: fc.constantFrom('', 'router', 'reflector'),
        BIRDKEEPER_DATASTORE: fc.constantFrom('', 'file', 'sqlite'),
      },
      { requiredKeys: [] },
    );
    // Long enough not to be a part of a message by chance.
    const password = fc.string({ minLength: 12 }).map((text) => `${text}#`);

    fc.assert(
      fc.property(wrong, password, (environment, secret) => {
        const text = reasonsIn({
          environment: { ...environment, ETCD_PASSWORD: secret },
          config: { 'etcd-password': secret },
        }).join('\n');

        expect(text).not.toContain(secret);
        expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
      }),
    );
  });
});
