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
  // What is on its way to the old leader may be refused.
  const writing = Promise.allSettled([burst(0)]);
  // A busy machine may hold an election of its own meanwhile.
  await waitFor(() => giveLeadershipAway(members), { what: 'another leader' });
  await writing;
  await waitFor(() => burst(50), { what: 'a second burst' });

  for (const { listener } of followings) {
    await agrees(writer, listener);
    expect(listener.snapshots).toHaveLength(1);
  }
});

/** Makes another member the leader. @throws when etcd doesn't do it, as in the midst of an election */
async function giveLeadershipAway(members: readonly Etcd[]): Promise<true> {
  const ids = await Promise.all(members.map(memberId));
  const answer = await members[0]?.call('maintenance/status', {});
  const place = ids.indexOf(String(answer?.leader));
  const targetID = ids[(place + 1) % ids.length];
  await members[place]?.call('maintenance/transfer-leadership', { targetID });
  const now = await members[0]?.call('maintenance/status', {});
  if (now?.leader === answer?.leader) {
    throw new Error('the leader is the same');
  }
  return true;
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
