/**
 * What is known to go wrong with a connection to etcd, whichever API is spoken over it.
 *
 * Nearly all of it arrives as "14 UNAVAILABLE", a wrong certificate as much as an etcd that is down; only the text
 * tells it apart. The texts were taken from Node.js 20 with etcd 3.4.23.
 */

/** One known failure. `reason` completes the sentence "etcd at ENDPOINT ...". */
export interface KnownFailure {
  readonly kind: string;
  readonly pattern: RegExp;
  /** Only for endpoints of this scheme; for both unless told. */
  readonly scheme?: 'http:' | 'https:';
  readonly reason: string;
  readonly advice: string;
  readonly isRetryable: boolean;
  /** Each try costs etcd too much for all hosts to repeat it soon. */
  readonly waitsLong?: true;
}

/** A connection that ends before gRPC is spoken: by the other end's choice, as one does that hears garbage. */
const CLOSED_AT_ONCE =
  /before secure TLS connection|wrong version number|packet length too long|Last error: (Failed to connect|.*ECONNRESET|.*EPIPE)/;

/** The first row that fits is taken: causes come before what merely follows from them. */
export const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    kind: 'connection-refused',
    pattern: /ECONNREFUSED/,
    reason: 'refuses connections: nothing listens there',
    advice: 'start etcd, or correct the host and port of --etcd-endpoints',
    isRetryable: true,
  },
  {
    kind: 'unknown-host',
    pattern: /Name resolution failed|ENOTFOUND|EAI_AGAIN/,
    reason: "can't be found: its host name doesn't resolve",
    advice: 'correct the name in --etcd-endpoints, or mend DNS or /etc/hosts on this machine',
    isRetryable: true,
  },
  {
    kind: 'unreachable',
    pattern: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL/,
    reason: "can't be reached: no route, or no answer to a connection",
    advice: 'check the network and firewalls between this machine and etcd',
    isRetryable: true,
  },
  {
    kind: 'server-certificate-unknown-ca',
    pattern: /unable to verify|self-signed|self signed|unable to get (local )?issuer/i,
    reason: "shows a certificate that our CA file didn't sign",
    advice: 'give the CA that signed the certificate of etcd with --etcd-ca',
    isRetryable: false,
  },
  {
    kind: 'server-certificate-wrong-name',
    pattern: /ALTNAME_INVALID|does not match certificate's altnames/,
    reason: 'shows a certificate for other names',
    advice: 'use a name or address in --etcd-endpoints that its certificate lists, or reissue it',
    isRetryable: false,
  },
  {
    kind: 'server-certificate-expired',
    pattern: /certificate has expired|certificate is not yet valid/,
    reason: 'shows a certificate that is not valid at this time',
    advice: 'renew the certificate of etcd, or correct the clock of this machine',
    isRetryable: false,
  },
  {
    kind: 'client-certificate-refused',
    pattern:
      /alert (bad certificate|certificate required|unknown ca|certificate expired|handshake failure)|SSL alert number/,
    reason: 'refuses our client certificate, or asks for one that we have not been given',
    advice: 'give a certificate signed by the CA that etcd trusts with --etcd-cert and --etcd-key',
    isRetryable: false,
  },
  {
    kind: 'closed-at-once',
    pattern: CLOSED_AT_ONCE,
    scheme: 'https:',
    reason: 'closes new connections at once; it may not use TLS',
    advice:
      "write http:// in --etcd-endpoints if etcd doesn't use TLS, else look at the log of etcd",
    isRetryable: true,
  },
  {
    kind: 'closed-at-once',
    pattern: CLOSED_AT_ONCE,
    scheme: 'http:',
    reason: 'closes new connections at once; it may expect TLS',
    advice: 'write https:// in --etcd-endpoints if etcd uses TLS, else look at the log of etcd',
    isRetryable: true,
  },
  {
    kind: 'proxy-without-etcd',
    pattern: /Received HTTP status code 5\d\d/,
    reason: "is behind a proxy that can't reach it",
    advice: 'start etcd, or look at the log of the proxy',
    isRetryable: true,
  },
  {
    kind: 'not-etcd',
    pattern: /Protocol error|UNIMPLEMENTED|Received HTTP status code|Parse Error/,
    reason: "doesn't speak the protocol of etcd 3",
    advice: 'correct the host and port of --etcd-endpoints; a proxy between must pass on HTTP/2',
    isRetryable: false,
  },
  {
    kind: 'login-refused',
    pattern: /authentication failed, invalid user ID or password/,
    reason: 'refuses our user name or password',
    advice: 'correct --etcd-username, or the password in --etcd-password-file',
    isRetryable: false,
  },
  {
    kind: 'login-unanswered',
    pattern: /login was not answered/,
    reason: "doesn't answer our login in time: it may have more logins to check than it can",
    advice:
      'nothing to do if it passes: hosts come back one after the other; else look at the CPU of etcd',
    isRetryable: true,
    waitsLong: true,
  },
  {
    kind: 'login-needed',
    pattern: /user name is empty/,
    reason: 'asks for a user name and password',
    advice: 'give them with --etcd-username and --etcd-password-file',
    isRetryable: false,
  },
  {
    kind: 'permission-denied',
    pattern: /permission denied/,
    reason: "doesn't let our user read the keys",
    advice:
      'grant a role with read permission: etcdctl role grant-permission ROLE read --prefix KEY',
    isRetryable: false,
  },
  {
    kind: 'too-large',
    pattern: /too many operations in txn request|request is too large/,
    reason: 'takes only smaller edits (its --max-txn-ops or --max-request-bytes)',
    advice: 'make the edit in smaller steps, one peer or node after the other',
    isRetryable: false,
  },
  {
    kind: 'token-refused',
    pattern: /invalid auth token|revision in header is old/,
    reason: 'no longer takes our login',
    advice: 'nothing to do: birdkeeper logs in again',
    isRetryable: true,
  },
  {
    kind: 'no-leader',
    pattern: /no leader|leader changed|not enough started members|etcdserver: request timed out/,
    reason: 'has no leader: too few members of its cluster are up',
    advice: 'start the missing members of etcd: etcdctl endpoint status --cluster tells which',
    isRetryable: true,
  },
  {
    kind: 'compacted',
    pattern: /required revision has been compacted/,
    reason: 'forgot the revision that we read at',
    advice: 'nothing to do: birdkeeper reads everything again',
    isRetryable: true,
  },
  {
    kind: 'other-data',
    pattern: /went back|another etcd cluster|where it had|than the watch left/,
    reason: 'holds other data than before: it was wiped or restored, or a change was lost',
    advice: 'nothing to do: birdkeeper reads everything again',
    isRetryable: true,
  },
  {
    kind: 'no-answer',
    pattern: /DEADLINE_EXCEEDED|Deadline exceeded|did not confirm|Keepalive timeout|keepalive/i,
    reason: "doesn't answer",
    advice: 'check that etcd is not overloaded or frozen, and the network and firewalls between',
    isRetryable: true,
  },
  {
    kind: 'connection-lost',
    pattern:
      /UNAVAILABLE|ECONNRESET|EPIPE|RST_STREAM|GOAWAY|stream ended|Connection dropped|INTERNAL/,
    reason: 'dropped the connection',
    advice: 'nothing to do if it comes back: etcd restarts, or the network lost the connection',
    isRetryable: true,
  },
];
