/** Errors of gRPC, TLS and etcd in an operator's words; what known-failures.ts doesn't know is told as it is. */
import { DatastoreError } from '../datastore.js';
import { KNOWN_FAILURES } from './known-failures.js';

/** Why an endpoint can't be used. Equal `kind`s mean the same failure, however the text varies. */
export interface EtcdFailure {
  readonly kind: string;
  /** One sentence without a full stop, with the endpoint. */
  readonly reason: string;
  /** What an operator can do, as one sentence without a full stop. */
  readonly advice: string;
  /** Whether waiting may help by itself: not for what is configured wrongly. */
  readonly isRetryable: boolean;
  /** The next try is to come in minutes rather than seconds; see retry-pace.ts. */
  readonly waitsLong: boolean;
}

/** What `error` means for the use of `endpoint`. */
export function explainFailure(error: unknown, endpoint: string): EtcdFailure {
  if (error instanceof DatastoreError) {
    const { message, advice, isRetryable } = error;
    const reason = `can't connect to etcd at ${endpoint}: ${message}`;
    return { kind: message, reason, advice, isRetryable, waitsLong: !isRetryable };
  }
  const text = textOf(error);
  const known = KNOWN_FAILURES.find(
    ({ pattern, scheme = '' }) => pattern.test(text) && endpoint.startsWith(scheme),
  );
  if (known === undefined) {
    const advice =
      'look at the log of etcd; if it has nothing to say, report this as a fault of birdkeeper';
    const reason = `etcd at ${endpoint} fails: ${text}`;
    return { kind: text, reason, advice, isRetryable: true, waitsLong: false };
  }
  const { kind, advice, isRetryable, waitsLong = !isRetryable } = known;
  const reason = `etcd at ${endpoint} ${known.reason}`;
  return { kind, reason, advice, isRetryable, waitsLong };
}

/** Whether etcd asks us to log in again. */
export function isTokenRefused(error: unknown): boolean {
  return explainFailure(error, '').kind === 'token-refused';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
