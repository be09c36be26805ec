/** Names and defaults that people and scripts depend on: changing one is a breaking change. */
import { expect, test } from 'vitest';
import type { Setting } from '../../../src/settings/setting.js';
import { SETTINGS } from '../../../src/settings/settings.js';

/** Option (empty: none), environment, default as text (`undefined`: none, or it depends on something). */
const PROMISED: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['datastore', ['BIRDKEEPER_DATASTORE'], undefined],
  ['file', ['BIRDKEEPER_FILE'], undefined],
  ['etcd-endpoints', ['ETCD_ENDPOINTS'], undefined],
  ['', ['ETCD_AUTHORITY'], '127.0.0.1:2379'],
  ['', ['ETCD_SCHEME'], 'http'],
  ['etcd-ca', ['ETCD_CA_CERT_FILE'], undefined],
  ['etcd-cert', ['ETCD_CERT_FILE'], undefined],
  ['etcd-key', ['ETCD_KEY_FILE'], undefined],
  ['etcd-username', ['ETCD_USERNAME'], undefined],
  ['', ['ETCD_PASSWORD'], undefined],
  ['etcd-password-file', ['ETCD_PASSWORD_FILE'], undefined],
  ['node', ['NODENAME', 'HOSTNAME'], undefined],
  ['role', ['BIRDKEEPER_ROLE'], 'node'],
  ['ip', ['IP'], undefined],
  ['ip6', ['IP6'], undefined],
  ['output-dir', ['BIRDKEEPER_OUTPUT_DIR'], '/etc/birdkeeper/config'],
  ['templates', ['BIRDKEEPER_TEMPLATES'], undefined],
  ['dialect', ['BIRDKEEPER_DIALECT'], 'auto'],
  ['bird', ['BIRDKEEPER_BIRD'], 'bird'],
  ['birdc', ['BIRDKEEPER_BIRDC'], 'birdc'],
  ['bird-socket', ['BIRDKEEPER_BIRD_SOCKET'], '/run/bird/bird.ctl'],
  ['bird6', ['BIRDKEEPER_BIRD6'], 'bird6'],
  ['birdc6', ['BIRDKEEPER_BIRDC6'], 'birdc6'],
  ['bird6-socket', ['BIRDKEEPER_BIRD6_SOCKET'], '/run/bird/bird6.ctl'],
  ['listen', ['BIRDKEEPER_LISTEN'], '127.0.0.1:9470'],
  ['log-level', ['BIRDKEEPER_LOG_LEVEL'], 'info'],
  ['log-format', ['BIRDKEEPER_LOG_FORMAT'], undefined],
  ['router-id', ['CALICO_ROUTER_ID'], undefined],
  ['config', ['BIRDKEEPER_CONFIG'], undefined],
];

const settings = Object.values<Setting<unknown>>(SETTINGS);

test.each(PROMISED)('%s is set by %o, and defaults to %s', (flag, environment, fallback) => {
  const setting = settings.find((candidate) => candidate.environment[0] === environment[0]);

  expect(setting?.flag ?? '').toBe(flag);
  expect(setting?.environment).toEqual(environment);
  expect(setting?.fallback).toBe(fallback);
});

test.each([
  ['dialect', ['auto', 'bird1', 'bird2', 'calico']],
  ['role', ['node', 'reflector']],
  ['datastore', ['etcd3', 'etcd2', 'file']],
  ['log-format', ['json', 'pretty']],
  ['router-id', ['192.0.2.1', 'hash']],
  ['listen', ['127.0.0.1:9470', '[::1]:0', 'off']],
])('%s takes %o', (flag, values) => {
  const setting = settings.find((candidate) => candidate.flag === flag);

  for (const value of values) {
    expect(setting?.parse(value)).toMatchObject({ ok: true });
  }
});

test('no option takes a password: command lines are public', () => {
  const flags = settings.flatMap(({ flag }) => flag ?? []);

  expect(flags.filter((flag) => flag.includes('password'))).toEqual(['etcd-password-file']);
});

test('no two settings share an option or a variable', () => {
  const names = settings.flatMap(({ flag, environment }) => [flag ?? [], environment].flat());

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
