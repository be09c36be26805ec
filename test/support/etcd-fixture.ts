/** What most tests against etcd begin with; everything is ended with the test, also when it fails. */
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { Etcd3Datastore } from '../../src/datastore/etcd/v3/etcd3-datastore.js';
import type { Etcd3Options } from '../../src/datastore/etcd/v3/options.js';
import { type Following, follow, type RecordingListener } from './recording-listener.js';
import { type Etcd, type EtcdOptions as EtcdServerOptions, startEtcd } from './start-etcd.js';
import { startTcpProxy, type TcpProxy, type TcpTarget } from './tcp-proxy.js';
import { DEADLINE_MS, type WaitOptions, waitFor } from './wait-for.js';

/** The key prefixes that tests follow unless they say otherwise. */
export const KEY_PREFIXES = ['/calico/bgp/v1/', '/calico/v1/ipam/'] as const;

/** A key that is followed. */
export function keyOf(name: string | number): string {
  return `/calico/bgp/v1/test/${name}`;
}

/** An etcd for this test. */
export async function etcdForTest(options: EtcdServerOptions = {}): Promise<Etcd> {
  const etcd = await startEtcd(options);
  onTestFinished(() => etcd.dispose());
  return etcd;
}

/** A proxy for this test. */
export async function proxyForTest(target: TcpTarget): Promise<TcpProxy> {
  const proxy = await startTcpProxy(target);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** Times by which a half-open connection is found within a second or so; a busy machine makes live ones look the same. */
export const QUICK: Partial<Etcd3Options> = { connectMs: 1_000, callMs: 3_000 };

/** A datastore that soon tries again, and asks for signs of life often; it waits long for each answer. */
export function datastoreOf(
  endpoint: string | readonly string[],
  options: Partial<Etcd3Options> = {},
) {
  return new Etcd3Datastore({
    endpoints: typeof endpoint === 'string' ? [endpoint] : endpoint,
    keyPrefixes: KEY_PREFIXES,
    clock: systemClock,
    logger: silentLogger,
    connectMs: DEADLINE_MS,
    callMs: DEADLINE_MS,
    probeMs: 400,
    inFlightMs: 100,
    refusedBaseMs: 500,
    identityMs: 100,
    retryMaxMs: 500,
    stableMs: 1_000,
    ...options,
  });
}

/** Follows etcd for this test, from the time that it is synced. */
export async function followForTest(
  endpoint: string | readonly string[],
  options: Partial<Etcd3Options> = {},
): Promise<Following> {
  const following = startFollowing(endpoint, options);
  await following.synced();
  return following;
}

/** Follows etcd for this test, without waiting. */
export function startFollowing(
  endpoint: string | readonly string[],
  options: Partial<Etcd3Options> = {},
): Following {
  const following = follow(datastoreOf(endpoint, options));
  onTestFinished(() => following.stop());
  return following;
}

/** All that etcd holds below the key prefixes, in one map. */
export async function contentsOf(etcd: Etcd): Promise<Map<string, string>> {
  const lists = await Promise.all(KEY_PREFIXES.map((keyPrefix) => etcd.list(keyPrefix)));
  return new Map(lists.flatMap((list) => [...list]));
}

/** Waits until a follower's model is what etcd holds now. Nothing may write meanwhile. */
export async function agrees(
  etcd: Etcd,
  { model }: RecordingListener,
  options: Partial<WaitOptions> = {},
): Promise<void> {
  const expected = await contentsOf(etcd);
  const what = `a model of ${expected.size} keys that is equal to etcd`;
  const isEqual = () =>
    model.size === expected.size && [...model].every(([key, value]) => expected.get(key) === value);
  await waitFor(isEqual, { what, ...options });
}
