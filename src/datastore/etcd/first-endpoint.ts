import { DatastoreError } from '../datastore.js';
import type { EtcdFailure } from './failure.js';

/** Where something is tried, and how a failure is told. */
export interface EndpointChoice {
  readonly endpoints: readonly string[];
  readonly explain: (error: unknown, endpoint: string) => EtcdFailure;
  /** Begins the message when all fail: `nothing was changed: `. */
  readonly preface?: string;
}

/**
 * What `work` gives for the first endpoint that it doesn't fail for.
 *
 * @throws {DatastoreError} with the reasons of all, when it fails for each
 */
export async function atFirstThatWorks<T>(
  { endpoints, explain, preface = '' }: EndpointChoice,
  work: (endpoint: string) => Promise<T>,
): Promise<T> {
  const failures: EtcdFailure[] = [];
  let cause: unknown;
  for (const endpoint of endpoints) {
    try {
      return await work(endpoint);
    } catch (error) {
      cause = error;
      failures.push(explain(error, endpoint));
    }
  }
  throw new DatastoreError(`${preface}${failures.map(({ reason }) => reason).join('; ')}`, {
    advice: failures.at(-1)?.advice ?? 'give --etcd-endpoints',
    isRetryable: failures.some(({ isRetryable }) => isRetryable),
    cause,
  });
}
