import { expect, test } from 'vitest';
import { DatastoreError } from '../../../../src/datastore/datastore.js';
import { explainFailure, isTokenRefused } from '../../../../src/datastore/etcd/failure.js';

const ENDPOINT = 'https://etcd-1:2379';

// The texts are those of grpc-js 1.14 and etcd3 1.1.2, as they came from etcd 3.4.23 and from Node.js 20.
test.each([
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 192.0.2.1:2379. Resolution note: ',
    'connection-refused',
  ],
  ['14 UNAVAILABLE: Name resolution failed for target dns:etcd-1:2379', 'unknown-host'],
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: connect EHOSTUNREACH 192.0.2.1:2379.',
    'unreachable',
  ],
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: unable to verify the first certificate.',
    'server-certificate-unknown-ca',
  ],
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: self-signed certificate in certificate chain.',
    'server-certificate-unknown-ca',
  ],
  [
    "14 UNAVAILABLE: Last error: Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames",
    'server-certificate-wrong-name',
  ],
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: certificate has expired.',
    'server-certificate-expired',
  ],
  [
    'Last error: error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:SSL alert number 42',
    'client-certificate-refused',
  ],
  [
    'Last error: error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:SSL alert number 116',
    'client-certificate-refused',
  ],
  [
    'Last error: error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:SSL alert number 48',
    'client-certificate-refused',
  ],
  [
    '14 UNAVAILABLE: Client network socket disconnected before secure TLS connection was established',
    'closed-at-once',
  ],
  [
    '14 UNAVAILABLE: No connection established. Last error: Failed to connect (2026-01-01T00:00:00Z).',
    'closed-at-once',
  ],
  [
    '14 UNAVAILABLE: No connection established. Last error: Protocol error (2026-01-01T00:00:00Z).',
    'not-etcd',
  ],
  ['12 UNIMPLEMENTED: Received HTTP status code 404', 'not-etcd'],
  [
    '3 INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password',
    'login-refused',
  ],
  ['3 INVALID_ARGUMENT: etcdserver: user name is empty', 'login-needed'],
  ['7 PERMISSION_DENIED: etcdserver: permission denied', 'permission-denied'],
  ['16 UNAUTHENTICATED: etcdserver: invalid auth token', 'token-refused'],
  ['14 UNAVAILABLE: etcdserver: no leader', 'no-leader'],
  ['11 OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted', 'compacted'],
  ['the revision went back: 100 to 99', 'other-data'],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded after 5.001s,Waiting for LB pick', 'no-answer'],
  ['14 UNAVAILABLE: Connection dropped', 'connection-lost'],
  [
    '13 INTERNAL: Received RST_STREAM with code 0 (Call ended without gRPC status)',
    'connection-lost',
  ],
])('%s is %s', (message, kind) => {
  const failure = explainFailure(new Error(message), ENDPOINT);

  expect(failure.kind).toBe(kind);
  expect(failure.reason).toContain(`etcd at ${ENDPOINT} `);
  expect(failure.advice).not.toBe('');
});

test('a connection that is closed at once is blamed on the scheme that was not used', () => {
  const error = new Error(
    '14 UNAVAILABLE: No connection established. Last error: Error: read ECONNRESET. Resolution note: ',
  );

  expect(explainFailure(error, 'https://etcd-1:2379').advice).toContain('write http://');
  expect(explainFailure(error, 'http://etcd-1:2379').advice).toContain('write https://');
});

test('what is configured wrongly is no matter of waiting', () => {
  const wrong = [
    'permission denied',
    'unable to verify',
    'authentication failed, invalid user ID or password',
  ];

  expect(wrong.map((text) => explainFailure(new Error(text), ENDPOINT).isRetryable)).toEqual([
    false,
    false,
    false,
  ]);
});

test('an error that nobody knows is told as it is', () => {
  expect(explainFailure(new Error('the moon is in the way'), ENDPOINT)).toEqual({
    kind: 'the moon is in the way',
    reason: `etcd at ${ENDPOINT} fails: the moon is in the way`,
    advice:
      'look at the log of etcd; if it has nothing to say, report this as a fault of birdkeeper',
    isRetryable: true,
    waitsLong: false,
  });
});

test('an unusable file keeps its own advice', () => {
  const error = new DatastoreError("can't read x", { advice: 'create x', isRetryable: false });

  expect(explainFailure(error, ENDPOINT)).toMatchObject({
    reason: `can't connect to etcd at ${ENDPOINT}: can't read x`,
    advice: 'create x',
  });
});

test('a refused token is told from other refusals', () => {
  expect(isTokenRefused(new Error('16 UNAUTHENTICATED: etcdserver: invalid auth token'))).toBe(
    true,
  );
  expect(isTokenRefused(new Error('7 PERMISSION_DENIED: etcdserver: permission denied'))).toBe(
    false,
  );
});
