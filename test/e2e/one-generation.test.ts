/**
 * bird.cfg includes bird_aggr.cfg and bird_ipam.cfg: what BIRD reads at any reload must come from one state of the
 * datastore. Each change here touches something in all three, at one revision.
 */
import { expect, onTestFinished, test } from 'vitest';
import type { EtcdOp } from '../support/etcd-gateway.js';
import { FaultSite, NODE_NAME } from '../support/fault-site.js';
import { waitFor } from '../support/wait-for.js';

const CHANGES = 40;
const HOST_KEY = '/calico/bgp/v1/host/one-generation/ip_addr_v4';

/** Where each file shows its generation. */
const STAMPS: Readonly<Record<string, RegExp>> = {
  'bird.cfg': /neighbor 10\.250\.(\d+)\.1 as/,
  'bird_aggr.cfg': /route 10\.251\.(\d+)\.0\/26 blackhole/,
  'bird_ipam.cfg': /net ~ 10\.252\.(\d+)\.0\/24/,
};

/** An address, a block and a pool of one generation, in the place of the one before. */
function operationsOf(generation: number): readonly EtcdOp[] {
  const block = (n: number): string =>
    `/calico/ipam/v2/host/${NODE_NAME}/ipv4/block/10.251.${n}.0-26`;
  const pool = (n: number): string => `/calico/v1/ipam/v4/pool/10.252.${n}.0-24`;
  return [
    { put: [HOST_KEY, `10.250.${generation}.1`] },
    { put: [block(generation), '{}'] },
    { put: [pool(generation), `{"cidr":"10.252.${generation}.0/24"}`] },
    { delete: block(generation - 1) },
    { delete: pool(generation - 1) },
  ];
}

function stampsOf(files: ReadonlyMap<string, string>): readonly (string | undefined)[] {
  return Object.entries(STAMPS).map(([name, stamp]) => stamp.exec(files.get(name) ?? '')?.[1]);
}

test('every reload finds files of one generation, and the last finds the last', async () => {
  const site = await FaultSite.create(300);
  onTestFinished(() => site.dispose());
  await site.etcd.txn(operationsOf(1));
  await site.recordFiles();
  site.start();
  await waitFor(() => site.reloads() > 0, { what: 'the first reload', timeoutMs: 20_000 });

  for (let generation = 2; generation <= CHANGES; generation++) {
    const reloads = site.reloads();
    await site.etcd.txn(operationsOf(generation));
    // Now one after the other, now into a reload that goes on: both orders must be safe.
    if (generation % 3 === 0) {
      await waitFor(() => site.reloads() > reloads, { what: `generation ${generation}` });
    }
  }
  const last = [CHANGES, CHANGES, CHANGES].map(String);
  const seen = await waitFor(
    async () => {
      const stamps = (await site.filesOfReloads()).map(stampsOf);
      return stamps.at(-1)?.join() === last.join() ? stamps : undefined;
    },
    { what: 'the last generation to be loaded', timeoutMs: 20_000, everyMs: 100 },
  );

  expect(seen.filter((stamps) => new Set(stamps).size > 1)).toEqual([]);
  expect(seen.length).toBeGreaterThan(CHANGES / 3);
}, 60_000);
