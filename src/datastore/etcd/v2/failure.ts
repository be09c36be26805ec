/** Errors of the v2 API in an operator's words. What the connection itself says is explained as for etcd 3. */

import { errors } from 'undici';
import { type EtcdFailure, explainFailure } from '../failure.js';
import { ResyncNeeded } from '../resync-needed.js';
import { Etcd2Error, NotEtcd } from './etcd2-error.js';

/** One known failure. `reason` completes the sentence "etcd at ENDPOINT ...". */
interface KnownFailure extends Omit<EtcdFailure, 'waitsLong'> {
  readonly fits: (error: unknown, text: string, endpoint: string) => boolean;
}

/** The first row that fits is taken. The texts were taken from Node.js 20 with etcd 3.4.23. */
const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    fits: (error) => error instanceof Etcd2Error && error.status === 404 && !error.code,
    kind: 'v2-not-enabled',
    reason: "doesn't serve the v2 API (/v2/keys)",
    advice:
      'start etcd with --enable-v2=true (etcd 3.6 has no v2 API at all), or use --datastore etcd3 if the data are there',
    isRetryable: false,
  },
  {
    fits: (error) => error instanceof Etcd2Error && (error.status === 401 || error.code === 110),
    kind: 'access-refused',
    reason: "doesn't let us in with our user name and password, or not to these keys",
    advice:
      'correct --etcd-username and the password, or grant the user a role that reads and, for edits, writes the keys',
    isRetryable: false,
  },
  {
    fits: (error) => error instanceof Etcd2Error && (error.code === 102 || error.code === 104),
    kind: 'file-or-directory',
    reason: 'has a directory where a value is to stand, or a value where a directory is to be',
    advice: 'choose another key, or remove what is in its way',
    isRetryable: false,
  },
  {
    fits: (error, text) => error instanceof NotEtcd || /Parse Error|HPE_/.test(text),
    kind: 'not-etcd',
    reason: "doesn't answer as etcd's v2 API does",
    advice: 'correct the host and port of --etcd-endpoints, or the proxy between',
    isRetryable: false,
  },
  {
    fits: (error, text) =>
      (error instanceof Etcd2Error && (error.code === 300 || error.code === 301)) ||
      /request timed out|no leader/i.test(text),
    kind: 'no-leader',
    reason: 'has no leader, or too many writes to make',
    advice:
      'start the missing members of etcd (etcdctl endpoint status --cluster tells which), and look at its disks',
    isRetryable: true,
  },
  {
    fits: (_, text) => /UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT/.test(text),
    kind: 'no-answer',
    reason: "doesn't answer",
    advice: 'check that etcd is not overloaded or frozen, and the network and firewalls between',
    isRetryable: true,
  },
  {
    fits: (error) => error instanceof ResyncNeeded,
    kind: 'history-lost',
    reason: 'forgets changes before we can read them: the last 1000 are all that it keeps',
    advice:
      'nothing to do: birdkeeper reads everything again; if it goes on, see who writes so much',
    isRetryable: true,
  },
  {
    // With TLS 1.3 a server refuses a client without a certificate only after the handshake, and undici sees the end alone.
    fits: (error, _, endpoint) => endpoint.startsWith('https:') && isClosedUnread(error),
    kind: 'closed-before-answer',
    reason: 'drops the connection before it answers: it may ask for a client certificate',
    advice:
      'give one with --etcd-cert and --etcd-key if etcd asks for it; nothing to do if etcd restarts just now',
    isRetryable: true,
  },
  {
    fits: (_, text) => /UND_ERR_SOCKET|UND_ERR_ABORTED|socket hang up/.test(text),
    kind: 'connection-lost',
    reason: 'dropped the connection',
    advice:
      'nothing to do if it comes back: etcd restarts, or the network lost the connection; if it never was there, write https:// in --etcd-endpoints if etcd uses TLS, else http://',
    isRetryable: true,
  },
];

/** What `error` means for the use of `endpoint`. */
export function explainEtcd2Failure(error: unknown, endpoint: string): EtcdFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = error instanceof Error ? `${code} ${error.message}` : String(error);
  const known = KNOWN_FAILURES.find(({ fits }) => fits(error, text, endpoint));
  if (known === undefined) {
    return explainFailure(error, endpoint);
  }
  const { kind, advice, isRetryable } = known;
  const reason = `etcd at ${endpoint} ${known.reason}`;
  return { kind, reason, advice, isRetryable, waitsLong: !isRetryable };
}

function isClosedUnread(error: unknown): boolean {
  return error instanceof errors.SocketError && error.socket?.bytesRead === 0;
}
