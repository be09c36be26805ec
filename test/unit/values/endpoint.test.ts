import { expect, test } from 'vitest';
import { authorityOf, parseEndpoint } from '../../../src/values/endpoint.js';

test.each([
  ['http://etcd-1:2379', { isTls: false, host: 'etcd-1', port: 2379 }],
  ['https://etcd.example:443', { isTls: true, host: 'etcd.example', port: 443 }],
  ['http://10.0.0.1:80', { isTls: false, host: '10.0.0.1', port: 80 }],
  ['https://10.0.0.1:80', { isTls: true, host: '10.0.0.1', port: 80 }],
  ['http://10.0.0.1:443/', { isTls: false, host: '10.0.0.1', port: 443 }],
  ['HTTPS://etcd:1//', { isTls: true, host: 'etcd', port: 1 }],
  ['http://[2001:db8::1]:2379', { isTls: false, host: '2001:db8::1', port: 2379 }],
  ['https://[::1]:443/', { isTls: true, host: '::1', port: 443 }],
  ['http://etcd_1.ns.svc.cluster.local:65535', { host: 'etcd_1.ns.svc.cluster.local' }],
])('%s is an endpoint', (text, endpoint) => {
  const parsed = parseEndpoint(text);

  expect(parsed).toMatchObject({ ok: true, value: endpoint });
  const url = text.toLowerCase().replace(/\/+$/, '');
  expect(parsed.ok && parsed.value.url).toBe(url);
  expect(parsed.ok && url.endsWith(`//${authorityOf(parsed.value)}`)).toBe(true);
});

test.each([
  '',
  'etcd',
  'etcd:2379',
  '10.0.0.1:2379',
  'http://etcd',
  'https://etcd/',
  'http://etcd:0',
  'http://etcd:65536',
  'http://etcd:2379/v3',
  'http://etcd:2379?x=1',
  'http://etcd:2379#x',
  'http://::1:2379',
  'http://[::1]',
  'http://[fe80::1%eth0]:2379',
  'http://[etcd]:2379',
  'http://[]:2379',
  'http://:2379',
  'http://et cd:2379',
  'ftp://etcd:2379',
  'http://a:1,http://b:1',
])('%o is none', (text) => {
  expect(parseEndpoint(text)).toEqual({
    ok: false,
    reason: `${JSON.stringify(text)} is not of the form http://HOST:PORT or https://HOST:PORT`,
  });
});

test('the password of a user in a URL is not shown', () => {
  const parsed = parseEndpoint('http://root:secret@etcd:2379');

  expect(parsed).toMatchObject({ ok: false, reason: expect.stringContaining('[redacted]@etcd') });
  expect(JSON.stringify(parsed)).not.toContain('secret');
});
