/** `birdkeeper history`, `rollback` and `resume` around the built daemon, a real etcd and a real BIRD. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Ended, runBirdkeeper } from '../support/birdkeeper.js';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { tools } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

test('a generation tells its story, and stands again until an operator says otherwise', async () => {
  const site = await faultSiteForTest({ hosts: 5, args: () => ['--keep-generations', '2'] });
  await site.changeHost(1);
  await site.settled();
  const before = await site.birdProtocols();
  const good = await standing(site);
  await site.changeHost(2);
  await site.settled();
  const bad = await standing(site);

  const { stdout } = await about(site, 'history', 'show', String(bad), '-o', 'json');
  const { story, isCurrent, loadedBy } = JSON.parse(stdout);
  expect({ isCurrent, loadedBy }).toEqual({ isCurrent: true, loadedBy: ['bird'] });
  expect(story).toMatchObject({
    cause: {
      causes: [site.data.addressKey(2)],
      causeCount: 1,
      revision: expect.stringMatching(/^\d+$/),
      changes: [expect.stringContaining('session'), expect.stringContaining('session')],
    },
    timings: { stage: expect.any(Number), check: expect.any(Number), install: expect.any(Number) },
    answers: [{ daemon: 'bird', outcome: 'loaded', text: expect.stringMatching(/^Reconfigur/) }],
  });
  const diff = await about(site, 'history', 'diff', String(good), String(bad));
  expect(diff).toMatchObject({ exitStatus: 1, stdout: expect.stringContaining('\n-protocol bgp') });

  // Neither what isn't there, nor what this host's BIRD can't read, is pinned.
  expect(await about(site, 'rollback', '99')).toMatchObject({ exitStatus: 1 });
  expect(await about(site, 'rollback', String(good), '--bird', tools.bird1.bird)).toMatchObject({
    exitStatus: 1,
    stderr: expect.stringMatching(
      /^birdkeeper: generation \d+ is not for this BIRD: bird refuses /,
    ),
  });
  expect((await site.status()).pinned).toBeUndefined();
  expect(await about(site, 'resume')).toMatchObject({ exitStatus: 1 });

  const again = bad + 1;
  expect(await about(site, 'rollback', '--bird', tools.bird2.bird)).toEqual({
    exitStatus: 0,
    stdout: `BIRD runs generation ${good}, which is generation ${again} now; nothing newer is applied until birdkeeper resume\n`,
    stderr: '',
  });
  expect(await site.birdProtocols()).toBe(before);

  await site.changeHost(3);
  await waits(site);
  expect(await site.birdProtocols()).toBe(before);
  await isLoud(site, good);
  // The number of a generation that is made while it is pinned is no reason to drop the one that is pinned.
  await rm(join(site.outputDir, 'bird.cfg'));
  await waitFor(async () => (await standing(site)) === again + 1, {
    what: 'the file to be put back',
  });
  expect((await about(site, 'history')).stdout).toMatch(
    new RegExp(
      `^\\| ${good} +\\|.* PINNED .*\\n(?:\\| \\d+ .*\\n)*\\| ${again + 1} .*current`,
      'm',
    ),
  );

  await site.birdkeeper.stop('SIGKILL');
  await site.bird.kill();
  await site.bird.startAgain();
  site.start(['--keep-generations', '2']);
  await waits(site);
  expect(await site.birdProtocols()).toBe(before);
  await site.changeHost(4);
  await waitFor(
    async () => (await site.status()).lastPass?.causes.includes(site.data.addressKey(4)),
    {
      what: 'a change to be taken in while it is pinned',
    },
  );
  // What waits can be seen.
  expect(await site.run('diff')).toMatchObject({ exitStatus: 1, stderr: '' });

  expect(await about(site, 'resume')).toEqual({
    exitStatus: 0,
    stdout: 'the datastore is followed again\n',
    stderr: '',
  });
  await site.settled();
  // What came while it was pinned is in the story of what is applied now.
  const shown = await about(site, 'history', 'show', String(await standing(site)), '-o', 'json');
  expect(JSON.parse(shown.stdout).story.cause.causes).toContain(site.data.addressKey(4));
  expect((await site.status()).pinned).toBeUndefined();
  expect(await site.metric('birdkeeper_pinned')).toBe(0);
});

/** Waits until the status says that something waits for the end of the rollback, and BIRD runs what is pinned. */
async function waits(site: FaultSite): Promise<void> {
  const isSo = async (): Promise<boolean> => {
    const { pinned } = await site.status();
    return (pinned?.waitingLines ?? 0) > 0 && pinned?.reason === undefined;
  };
  await waitFor(() => isSo().catch(() => false), {
    what: 'something to wait for the end of the rollback',
  });
}

/** Everybody who tells how birdkeeper does tells of the rollback. */
async function isLoud(site: FaultSite, sequence: number): Promise<void> {
  const text = `an operator rolled back to generation ${sequence}; `;
  expect(await site.page('/readyz')).toContain(text);
  expect(await site.page('/')).toContain(text);
  expect((await site.run('status')).stdout).toContain(`: ${text}`);
  expect(await site.metric('birdkeeper_pinned')).toBe(1);
  expect(await site.metric('birdkeeper_pinned_waiting_lines')).toBeGreaterThan(0);
  expect((await site.status()).problems).toContainEqual(
    expect.objectContaining({ code: 'rolled-back', key: `generation ${sequence}` }),
  );
  expect(await site.logLines('warn')).toContainEqual(
    expect.objectContaining({
      msg: 'an operator rolled back; nothing newer is applied until `birdkeeper resume`',
      sequence,
    }),
  );
}

async function standing(site: FaultSite): Promise<number> {
  return (await site.status()).generation?.sequence ?? 0;
}

/** Runs a command about the generations of this site. */
function about(site: FaultSite, ...words: readonly string[]): Promise<Ended> {
  return runBirdkeeper([...words, '--state-dir', join(site.dir, 'state')]);
}
