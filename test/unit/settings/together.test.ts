/** What is wrong with single settings and between them, told in one go. */
import { expect, test } from 'vitest';
import { reasonsIn, settingsFrom } from './settings-fixture.js';

test('a wrong value and a missing one are told at once', () => {
  expect(reasonsIn({ options: { role: 'reflector', 'quiet-ms': 'x', 'etcd-key': '/k' } })).toEqual([
    '--quiet-ms: "x" is not a whole number from 0 to 60000',
    '--role reflector needs an address: --ip or --ip6 (IP, IP6)',
    '--etcd-cert and --etcd-key (ETCD_CERT_FILE, ETCD_KEY_FILE) go together: one of them is missing',
  ]);
});

test('a setting whose value is wrong is not called missing, too', () => {
  expect(reasonsIn({ options: { role: 'reflector', ip: '192.0.2.300' } })).toEqual([
    '--ip: "192.0.2.300" is not an IPv4 address',
  ]);
});

test('systemd may want a sign of life as seldom as every two hours', () => {
  expect(settingsFrom({ environment: { WATCHDOG_USEC: '7200000000' } }).watchdogUsec).toBe(7.2e9);
});

test('a user of etcd who is only half set does not keep the file datastore from starting', () => {
  const options = { file: '/a.yaml' };

  expect(reasonsIn({ options, environment: { ETCD_PASSWORD: 'geheim' } })).toEqual([]);
  expect(reasonsIn({ options, environment: { ETCD_USERNAME: 'root' } })).toEqual([]);
});
