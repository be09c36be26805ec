/**
 * Commit-confirm (`--confirm`) on the oldest and newest BIRD of each line, with two nodes and sessions of both families: a reload
 * that costs no session is confirmed, one that does is undone by BIRD, also when birdkeeper is dead by then.
 */
import { expect, test } from 'vitest';
import type { DaemonStatus } from '../../src/observe/status.js';
import { LINE_ENDS } from '../support/birds.js';
import type { Lab } from '../support/lab.js';
import type { LabHost } from '../support/lab-host.js';
import { withTwoNodes } from '../support/two-nodes.js';
import { waitFor } from '../support/wait-for.js';

const SESSIONS = ['Mesh_172_17_42_2', 'Mesh_fd00_17__2'];
const ASN = '/calico/bgp/v1/host/node-a/as_num';
/** Longer than a busy machine holds birdkeeper up. */
const CONFIRM = ['--confirm', '6s'];
/** node-b expects another number. */
const WRONG = '65999';
const pool = (n: number) =>
  [`/calico/v1/ipam/v4/pool/192.168.${n}.0-24`, `{"cidr":"192.168.${n}.0/24"}`] as const;

test.concurrent.each(LINE_ENDS)(
  'a reload that costs sessions is undone, and the next state is tried, on %s',
  async (kind) => {
    await withTwoNodes(kind, async (lab) => {
      const host = await establish(lab);

      await lab.put(...pool(1));
      await ended(host, 'applied', pool(1)[0]);
      expect((await host.status()).quarantine).toBeUndefined();

      await lab.put(ASN, WRONG);
      const { generation, lastPass, quarantine, problems } = await ended(host, 'unconfirmed', ASN);
      expect(lastPass?.reason).toMatch(
        /^generation \d+ was undone: sessions that were Established before did not come back: Mesh_172_17_42_2 \(.*\), Mesh_fd00_17__2 \(.*\)$/,
      );
      expect(generation?.loadedAt).toEqual(expect.any(Number));
      expect(problems.map(({ code }) => code)).toContain('unconfirmed');
      const sequence = quarantine?.sequence ?? 0;
      const story = await host.shell(`birdkeeper history show ${sequence}`);
      expect(story).toMatch(
        /: bird undone: sessions that were Established before did not come back/,
      );
      await forgetErrors(lab.host('node-b'));
      await host.waitForSessions(SESSIONS);
      // The same is not tried again, and what is different is.
      await lab.etcdChange({ [ASN]: undefined, [pool(2)[0]]: pool(2)[1] });
      const { quarantine: none } = await ended(host, 'applied', pool(2)[0]);
      expect(none).toBeUndefined();
      await host.waitForSessions(SESSIONS);
    });
  },
);

test.concurrent('a birdkeeper that is killed during a trial leaves both BIRDs to undo it, and knows at its start', async () => {
  await withTwoNodes('bird1', async (lab) => {
    const host = await establish(lab);
    await lab.put(ASN, WRONG);
    await waitFor(async () => (await host.status()).trial, { what: 'a trial' });

    await host.birdkeeper.stop('SIGKILL');

    await host.waitForSessions(SESSIONS);
    await lab.delete(ASN);
    host.startBirdkeeper(CONFIRM);
    await host.log.waitForMessage('birdkeeper ended while this generation was on trial');
    await lab.put(...pool(3));
    await ended(host, 'applied', pool(3)[0]);
    await host.waitForSessions(SESSIONS);
  });
});

test.concurrent('a birdkeeper that is restarted during a trial goes on with it', async () => {
  await withTwoNodes('bird2', async (lab) => {
    const long = ['--confirm', '5m'];
    const host = await establish(lab, long);
    await lab.put(ASN, WRONG);
    await waitFor(async () => (await host.status()).trial, { what: 'a trial' });

    await host.birdkeeper.stop('SIGTERM');
    lab.host('node-b').startBirdkeeper();
    host.startBirdkeeper(long);

    await host.log.waitForMessage('the sessions of before are there; confirmed');
    await host.waitForSessions(SESSIONS);
    expect((await host.status()).trial).toBeUndefined();
    expect(await host.shell('birdc show protocols all')).toContain('Local AS:         65999');
  });
});

test.concurrent('an operator who rolls back during a trial does not wait for its end', async () => {
  await withTwoNodes('bird2', async (lab) => {
    const host = await establish(lab, ['--confirm', '10m']);
    await lab.put(...pool(4));
    await ended(host, 'applied', pool(4)[0]);
    await lab.put(ASN, WRONG);
    await waitFor(async () => (await host.status()).trial, { what: 'a trial' });

    expect(await host.shell('birdkeeper rollback')).toMatch(/^BIRD runs generation \d+/);

    expect((await host.status()).trial).toBeUndefined();
    await forgetErrors(lab.host('node-b'));
    await host.waitForSessions(SESSIONS);
  });
});

/** The sessions stand; node-b's birdkeeper is gone, and takes in nothing more. */
async function establish(lab: Lab, args = CONFIRM): Promise<LabHost> {
  const host = lab.host('node-a');
  await lab.startAll(args);
  await host.waitForSessions(SESSIONS);
  await lab.host('node-b').birdkeeper.stop('SIGKILL');
  return host;
}

/** Waits until the last pass was caused by `key` and ended so. */
async function ended(host: LabHost, outcome: string, key: string): Promise<DaemonStatus> {
  const isSo = async (): Promise<boolean> => {
    const { lastPass } = await host.status();
    return lastPass?.outcome === outcome && lastPass.causes.includes(key);
  };
  await waitFor(isSo, { what: `the pass for ${key} to be ${outcome}` });
  return host.status();
}

/** BIRD waits longer after each error, a minute in dialect `calico`. */
async function forgetErrors({ bird }: LabHost): Promise<void> {
  await bird.birdc('restart all');
  await bird.birdc('restart all', 'ipv6');
}
