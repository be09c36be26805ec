/**
 * Random faults under a steady load of writes: whatever comes, the model ends equal to etcd.
 *
 * The seed is printed when it fails; set it as SEED below to play the same faults again.
 */
import { expect, test } from 'vitest';
import {
  agrees,
  contentsOf,
  etcdForTest,
  followForTest,
  keyOf,
  proxyForTest,
  QUICK,
} from '../support/etcd-fixture.js';
import type { Etcd } from '../support/start-etcd.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait-for.js';

const SEED = Math.floor(Math.random() * 2 ** 31);
const ROUNDS = 14;
const KEYS = 60;

/** What a fault has to work on; `pause` lets the load go on for a while. */
interface Scene {
  readonly etcd: Etcd;
  readonly proxy: TcpProxy;
  readonly random: () => number;
  pause(writes: number): Promise<void>;
}

const FAULTS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async cuts({ proxy, random, pause }) {
    for (let n = 0; n < 4; n++) {
      proxy.cut();
      await pause(5 + 40 * random());
    }
  },
  async cutInTheMiddle({ proxy, random, pause }) {
    await proxy.close();
    await pause(150);
    proxy.cutAfter(Math.floor(20_000 * random()));
    await proxy.listen();
    await pause(50);
  },
  async blackHole({ proxy, random, pause }) {
    proxy.blackHole();
    await pause(40 + 200 * random());
    proxy.heal();
  },
  async compactionWhileAway({ proxy, etcd, pause }) {
    await proxy.close();
    await pause(30);
    await etcd.compact();
    await pause(5);
    await proxy.listen();
  },
  async compaction({ etcd, pause }) {
    await etcd.compact();
    await pause(20);
  },
  async restart({ etcd, pause }) {
    await etcd.stop('SIGKILL');
    await etcd.start();
    await pause(20);
  },
  async freeze({ etcd, proxy, random }) {
    etcd.freeze();
    const connections = proxy.connections;
    if (random() < 0.5) {
      await waitFor(() => proxy.connections > connections, { what: 'a retry' });
    }
    etcd.thaw();
  },
  async wipe({ etcd, pause }) {
    await etcd.wipe();
    await pause(20);
  },
};

test(`after every fault the model is equal to etcd (seed ${SEED})`, async () => {
  const random = randomFrom(SEED);
  const etcd = await etcdForTest();
  const proxy = await proxyForTest(etcd);
  const { listener } = await followForTest(proxy.url, {
    ...QUICK,
    retryMaxMs: 300,
    pageSize: 7,
  });
  let faultInHand: string | undefined;
  let writes = 0;
  const write = async (): Promise<void> => {
    // A write that fails because of the fault in hand is as good as none.
    await randomWrite(etcd, random).catch((error: unknown) => {
      if (faultInHand === undefined) {
        throw error;
      }
    });
    writes++;
  };
  const pause = async (count: number): Promise<void> => {
    for (const until = writes + count; writes < until; ) {
      await write();
    }
  };

  for (let round = 0; round < ROUNDS; round++) {
    const names = Object.keys(FAULTS);
    const name = names[Math.floor(random() * names.length)] ?? '';
    faultInHand = name;
    await FAULTS[name]?.({ etcd, proxy, random, pause });
    faultInHand = undefined;
    await pause(5);
    const what = `a model equal to etcd after "${name}" in round ${round}`;
    await agrees(etcd, listener, { what });
  }

  expect(listener.model).toEqual(await contentsOf(etcd));
});

async function randomWrite(etcd: Etcd, random: () => number): Promise<void> {
  const key = () =>
    random() < 0.5
      ? keyOf(Math.floor(KEYS * random()))
      : `/calico/v1/ipam/${Math.floor(KEYS * random())}`;
  const value = String(random());
  const kind = random();
  if (kind < 0.3) {
    await etcd.delete(key());
  } else if (kind < 0.9) {
    await etcd.put(key(), value);
  } else {
    await etcd.txn([{ put: [keyOf('x'), value] }, { put: ['/calico/v1/ipam/x', value] }]);
  }
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
