import { createHash } from 'node:crypto';
import { type Clock, delay } from '../../base/clock.js';
import type { EtcdIdentity } from './options.js';
import { readTlsFiles } from './tls-files.js';

/** The user's password, as it is now. @throws {DatastoreError} when its file can't be read */
export async function passwordOf({ password }: NonNullable<EtcdIdentity['auth']>): Promise<string> {
  return typeof password === 'string' ? password : password();
}

/**
 * What the files of our identity hold now, as a digest; files that can't be read count by why they can't.
 *
 * Two that are equal mean that etcd would be shown the same as before.
 */
export async function identityDigest({ tls = {}, auth }: EtcdIdentity): Promise<string> {
  const [texts, password] = await Promise.all([
    orReason(readTlsFiles(tls)),
    orReason(auth ? passwordOf(auth) : Promise.resolve('')),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([texts, password]))
    .digest('hex');
}

/** Waits until the identity is another than `before`, at most for `waitMs`. Reading it costs etcd nothing. */
export async function isOtherIdentityWithin(
  identity: EtcdIdentity,
  before: string,
  { clock, waitMs, everyMs, signal }: IdentityWait,
): Promise<boolean> {
  const end = clock.monotonic() + waitMs;
  while (!signal.aborted) {
    const leftMs = end - clock.monotonic();
    if (leftMs <= 0) {
      break;
    }
    await delay(clock, Math.min(everyMs, leftMs), signal);
    if ((await identityDigest(identity)) !== before) {
      return true;
    }
  }
  return false;
}

/** How long, and how closely, to look. */
interface IdentityWait {
  readonly clock: Clock;
  readonly waitMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

async function orReason<T>(reading: Promise<T>): Promise<T | string> {
  try {
    return await reading;
  } catch (error) {
    return String(error);
  }
}
