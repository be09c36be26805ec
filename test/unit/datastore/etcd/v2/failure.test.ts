import { errors } from 'undici';
import { describe, expect, test } from 'vitest';
import { DatastoreError } from '../../../../../src/datastore/datastore.js';
import { ResyncNeeded } from '../../../../../src/datastore/etcd/resync-needed.js';
import { Etcd2Error, NotEtcd } from '../../../../../src/datastore/etcd/v2/etcd2-error.js';
import { explainEtcd2Failure } from '../../../../../src/datastore/etcd/v2/failure.js';
import { parseAnswer, parseError } from '../../../../../src/datastore/etcd/v2/messages.js';

const ENDPOINT = 'http://etcd-1:2379';

function coded(code: string, message = ''): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  [new Etcd2Error(404, undefined, '404 page not found'), 'v2-not-enabled', false],
  [new Etcd2Error(401, 110, 'insufficient credentials'), 'access-refused', false],
  [new Etcd2Error(401, undefined, 'Unauthorized'), 'access-refused', false],
  [new Etcd2Error(403, 110, 'The request requires user authentication'), 'access-refused', false],
  [new Etcd2Error(403, 102, 'Not a file'), 'file-or-directory', false],
  [new Etcd2Error(400, 104, 'Not a directory'), 'file-or-directory', false],
  [new NotEtcd('not an answer of etcd: <html>'), 'not-etcd', false],
  [coded('HPE_INVALID_CONSTANT', 'Parse Error: Expected HTTP/'), 'not-etcd', false],
  [new Etcd2Error(500, 300, 'Raft Internal Error'), 'no-leader', true],
  [new Etcd2Error(500, 301, 'During Leader Election'), 'no-leader', true],
  [new Etcd2Error(503, undefined, 'etcdserver: request timed out'), 'no-leader', true],
  [coded('UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error'), 'no-answer', true],
  [coded('UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error'), 'no-answer', true],
  [coded('UND_ERR_BODY_TIMEOUT', 'Body Timeout Error'), 'no-answer', true],
  [new ResyncNeeded('etcd forgot'), 'history-lost', true],
  [coded('UND_ERR_SOCKET', 'other side closed'), 'connection-lost', true],
  [coded('UND_ERR_ABORTED', 'aborted'), 'connection-lost', true],
  [new Error('socket hang up'), 'connection-lost', true],
  [coded('ECONNREFUSED', 'connect ECONNREFUSED 192.0.2.1:2379'), 'connection-refused', true],
])('%o is told as %s, retried by itself: %s', (error, kind, isRetryable) => {
  const failure = explainEtcd2Failure(error, ENDPOINT);

  expect(failure).toMatchObject({ kind, isRetryable, waitsLong: !isRetryable });
  expect(failure.reason).toMatch(/^etcd at http:\/\/etcd-1:2379 \S/);
  expect(failure.reason).not.toMatch(/\.$/);
  expect(failure.advice.length).toBeGreaterThan(10);
});

describe('a connection that ends before any answer', () => {
  const closed = (bytesRead: number): Error =>
    new errors.SocketError('other side closed', { bytesRead } as never);

  test('is one that may want a client certificate, where there is TLS', () => {
    expect(explainEtcd2Failure(closed(0), 'https://etcd-1:2379')).toMatchObject({
      kind: 'closed-before-answer',
      advice: expect.stringContaining('--etcd-cert and --etcd-key'),
      isRetryable: true,
    });
  });

  test('is a lost connection, where there is none or something was read', () => {
    expect(explainEtcd2Failure(closed(0), ENDPOINT).kind).toBe('connection-lost');
    expect(explainEtcd2Failure(closed(9), 'https://etcd-1:2379').kind).toBe('connection-lost');
  });
});

test('a key that is not there is no failure that is known, and is told as it is', () => {
  const failure = explainEtcd2Failure(new Etcd2Error(404, 100, ' Key not found \n'), ENDPOINT);

  expect(failure.reason).toBe('etcd at http://etcd-1:2379 fails: HTTP 404: Key not found');
  expect(failure.isRetryable).toBe(true);
});

test('an error with advice of its own keeps it', () => {
  const error = new DatastoreError("can't read the TLS CA file", {
    advice: 'correct --etcd-ca',
    isRetryable: false,
  });

  expect(explainEtcd2Failure(error, ENDPOINT)).toMatchObject({
    reason: "can't connect to etcd at http://etcd-1:2379: can't read the TLS CA file",
    advice: 'correct --etcd-ca',
    waitsLong: true,
  });
});

test('a long answer is told by its beginning', () => {
  expect(new Etcd2Error(500, undefined, 'x'.repeat(1_000)).message).toHaveLength(310);
});

describe('an answer of the v2 API', () => {
  test('is an event with a tree of nodes', () => {
    const text = `{"action":"get","node":{"key":"/d","dir":true,"nodes":[
      {"key":"/d/a","value":"1","modifiedIndex":7,"createdIndex":7}]}}`;

    expect(parseAnswer(text)).toEqual({
      action: 'get',
      node: { key: '/d', dir: true, nodes: [{ key: '/d/a', value: '1', modifiedIndex: 7 }] },
    });
  });

  test.each([
    '',
    'null',
    '[]',
    '<html>',
    '{"action":"get"}',
    '{"node":{}}',
    '{"action":1,"node":{}}',
    '{"action":"get","node":{"key":1}}',
    '{"action":"get","node":{"nodes":[{"value":2}]}}',
  ])('%j is none', (text) => {
    expect(() => parseAnswer(text)).toThrow(NotEtcd);
    expect(() => parseAnswer(text)).toThrow(`not an answer of etcd: ${text}`);
  });

  test.each([
    ['{"errorCode":100,"message":"Key not found","cause":"/x","index":7}', { errorCode: 100 }],
    ['{"errorCode":"100"}', undefined],
    ['{"message":"Unauthorized"}', undefined],
    ['not JSON', undefined],
  ])('with an error %j has the code %j', (text, error) => {
    expect(parseError(text)).toEqual(error);
  });
});
