/** What tests of etcd's v2 API begin with; everything is ended with the test, also when it fails. */
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { Etcd2Datastore } from '../../src/datastore/etcd/v2/etcd2-datastore.js';
import type { Etcd2Options } from '../../src/datastore/etcd/v2/options.js';
import { etcdForTest, KEY_PREFIXES } from './etcd-fixture.js';
import { type Following, follow, type RecordingListener } from './recording-listener.js';
import type { Etcd, EtcdOptions } from './start-etcd.js';
import { DEADLINE_MS, waitFor } from './wait-for.js';

/** An etcd for this test that serves the v2 API. */
export function etcd2ForTest(options: EtcdOptions = {}): Promise<Etcd> {
  return etcdForTest({ enableV2: true, ...options });
}

/** A time by which a half-open connection is found soon; a busy machine makes live ones look the same. */
export const QUICK2: Partial<Etcd2Options> = { answerMs: 1_000 };

/** A datastore that soon tries again, and asks for signs of life often; it waits long for each answer. */
export function datastore2Of(
  endpoint: string | readonly string[],
  options: Partial<Etcd2Options> = {},
): Etcd2Datastore {
  return new Etcd2Datastore({
    endpoints: typeof endpoint === 'string' ? [endpoint] : endpoint,
    keyPrefixes: KEY_PREFIXES,
    clock: systemClock,
    logger: silentLogger,
    answerMs: DEADLINE_MS,
    pollMs: 10_000,
    probeMs: 300,
    refusedBaseMs: 500,
    identityMs: 100,
    retryMaxMs: 500,
    stableMs: 1_000,
    ...options,
  });
}

/** Follows etcd for this test, without waiting. */
export function startFollowing2(
  endpoint: string | readonly string[],
  options: Partial<Etcd2Options> = {},
): Following {
  const following = follow(datastore2Of(endpoint, options));
  onTestFinished(() => following.stop());
  return following;
}

/** Follows etcd for this test, from the time that it is synced. */
export async function follow2ForTest(
  endpoint: string | readonly string[],
  options: Partial<Etcd2Options> = {},
): Promise<Following> {
  const following = startFollowing2(endpoint, options);
  await following.synced();
  return following;
}

/** Waits until etcd holds so many polls. */
export async function heldPolls(etcd: Etcd, count: number): Promise<void> {
  const held = () => etcd.metric('etcd_debugging_store_watchers');
  await waitFor(async () => (await held()) >= count, { what: `${count} held polls` });
}

/** How many polls etcd has been sent so far. */
export function polls(etcd: Etcd): Promise<number> {
  return etcd.metric('etcd_debugging_store_watch_requests_total');
}

/** Writes over the v2 API, without the client under test. */
export class V2Writer {
  readonly #url: string;

  constructor({ url }: { readonly url: string }) {
    this.#url = url;
  }

  /** Sets one key. */
  put(key: string, value: string): Promise<void> {
    return this.#send(key, { method: 'PUT', body: new URLSearchParams({ value }) });
  }

  /** Deletes one key, if it is there. */
  delete(key: string): Promise<void> {
    return this.#send(key, { method: 'DELETE' });
  }

  /** Deletes a directory with all that is in it. */
  deleteAll(key: string): Promise<void> {
    return this.#send(`${key}?recursive=true`, { method: 'DELETE' });
  }

  /** Has a directory that is there go after `ttlSeconds`, and its contents with it. */
  expireDirectory(key: string, ttlSeconds: number): Promise<void> {
    const ttl = String(ttlSeconds);
    const body = new URLSearchParams({ dir: 'true', ttl, prevExist: 'true' });
    return this.#send(key, { method: 'PUT', body });
  }

  /** One key as it is now. */
  async get(key: string): Promise<string | undefined> {
    const response = await fetch(`${this.#url}/v2/keys${key}?quorum=true`);
    const body = (await response.json()) as { readonly node?: { readonly value: string } };
    return body.node?.value;
  }

  async #send(path: string, init: RequestInit): Promise<void> {
    const response = await fetch(`${this.#url}/v2/keys${path}`, init);
    const text = await response.text();
    const isDone = response.ok || (init.method === 'DELETE' && text.includes('"errorCode":100'));
    if (!isDone) {
      throw new Error(`${init.method} ${path}: ${response.status} ${text}`);
    }
  }
}

/** Waits until a follower knows just this. */
export async function knows(
  { model }: RecordingListener,
  expected: Readonly<Record<string, string>>,
): Promise<void> {
  const text = JSON.stringify(Object.entries(expected).sort());
  await waitFor(() => JSON.stringify([...model].sort()) === text, {
    what: `a model that is ${text}`,
  });
}
