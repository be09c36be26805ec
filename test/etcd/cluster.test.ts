import { expect, onTestFinished, test } from 'vitest';
import {
  agrees,
  contentsOf,
  followForTest,
  keyOf,
  proxyForTest,
  QUICK,
} from '../support/etcd-fixture.js';
import { type Etcd, startEtcdCluster } from '../support/start-etcd.js';
import { waitFor } from '../support/wait-for.js';

async function clusterForTest(): Promise<readonly [Etcd, Etcd, Etcd]> {
  const members = await startEtcdCluster(3);
  onTestFinished(async () => {
    await Promise.all(members.map((member) => member.dispose()));
  });
  const [a, b, c] = members;
  if (!a || !b || !c) {
    throw new Error('a cluster of three has three members');
  }
  return [a, b, c];
}

test('a follower goes on with another member when the one that it uses dies or freezes', async () => {
  const members = await clusterForTest();
  const proxies = await Promise.all(members.map((member) => proxyForTest(member)));
  const following = await followForTest(
    proxies.map(({ url }) => url),
    QUICK,
  );
  const used = () => proxies.findIndex(({ openConnections }) => openConnections > 0);
  const { listener, lost, lostBy, synced, until } = following;

  const first = used();
  await lostBy(() => members[first]?.stop('SIGKILL'));
  // The others may have to elect a leader first.
  await synced();

  const survivor = members[used()];
  const isLostAgain = lost();
  await members[first]?.start();
  survivor?.freeze();
  await isLostAgain;
  await synced();
  survivor?.thaw();
  await members[first]?.put(keyOf('a'), '1');
  await until(() => listener.model.size === 1, { what: 'the change' });

  expect(listener.snapshots).toHaveLength(1);
});

test('a leader that changes in the midst of a burst costs no change, whichever member is followed', async () => {
  const members = await clusterForTest();
  const followings = await Promise.all(members.map(({ url }) => followForTest(url)));
  const [writer] = members;
  const burst = (from: number) =>
    Promise.all(Array.from({ length: 100 }, (_, n) => writer.put(keyOf(from + n), `${n}`)));
  const leader = await leaderOf(members);
  const heir = members.find((member) => member !== leader) ?? writer;

  const writing = burst(0);
  await leader.call('maintenance/transfer-leadership', { targetID: await memberId(heir) });
  // What was on its way to the old leader may have been refused.
  await Promise.allSettled([writing]);
  await burst(50);

  expect(await leaderOf(members)).toBe(heir);
  for (const { listener } of followings) {
    await agrees(writer, listener);
    expect(listener.snapshots).toHaveLength(1);
  }
});

async function leaderOf(members: readonly Etcd[]): Promise<Etcd> {
  return waitFor(
    async () => {
      const answers = await Promise.all(
        members.map((member) => member.call('maintenance/status', {})),
      );
      const ids = await Promise.all(members.map(memberId));
      return members.find((_, i) => answers[0]?.leader === ids[i]);
    },
    { what: 'a leader' },
  );
}

async function memberId(member: Etcd): Promise<string> {
  const { header } = await member.call('maintenance/status', {});
  return (header as { member_id: string }).member_id;
}

test('a member that lost its quorum is not taken for a quiet one', async () => {
  const [a, b, c] = await clusterForTest();
  // Probes are switched off: only the lost leader can tell.
  const { listener, lostBy, synced } = await followForTest(a.url, { probeMs: 60_000 });

  const { reason, advice } = await lostBy(() =>
    Promise.all([b.stop('SIGKILL'), c.stop('SIGKILL')]),
  );
  await Promise.all([b.start(), c.start()]);
  await waitFor(() => c.put(keyOf('a'), '1'), { what: 'a leader' });
  await synced();
  await waitFor(() => listener.model.size === 1, { what: 'the change' });

  expect(reason).toBe(`etcd at ${a.url} has no leader: too few members of its cluster are up`);
  expect(advice).toContain('start the missing members');
  expect(listener.model).toEqual(await contentsOf(c));
});
