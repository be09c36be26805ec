/** What Prometheus reads of the built daemon beside a real BIRD. */
import { expect, onTestFinished, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
import type { FaultSite } from '../support/fault-site.js';
import { waitFor } from '../support/wait-for.js';

test('each session that BIRD runs is told, with its peer and its state', async () => {
  const site = await faultSiteForTest();

  const text = await site.page('/metrics');

  const sessions = Array.from(
    text.matchAll(
      /^birdkeeper_session_up\{name="(\S+)",peer="(\S+)",ip_version="4",state="\w+"\} 0$/gm,
    ),
    ([, name, peer]) => ({ name, peer }),
  );
  expect(
    sessions
      .map(({ name }) => name)
      .sort()
      .join('\n'),
  ).toBe(site.data.expectedProtocols());
  expect(sessions).toContainEqual({ name: 'Mesh_10_0_0_7', peer: '10.0.0.7' });
  expect(text).toContain('\nbirdkeeper_established_sessions{family="ipv4"} 0\n');
});

test('the time from a change to the word of BIRD is counted, once for each load', async () => {
  const site = await faultSiteForTest();
  const before = await loads(site);
  expect(before).toBeGreaterThan(0);

  await site.changeHost(7);
  await site.settled();

  await waitFor(async () => (await loads(site)) > before, { what: 'the load to be counted' });
});

test('a scrape does not wait for a BIRD that hangs, and neither does the daemon', async () => {
  const site = await faultSiteForTest();
  process.kill(site.bird.pid, 'SIGSTOP');
  onTestFinished(() => {
    process.kill(site.bird.pid, 'SIGCONT');
  });

  const scrape = site.page('/metrics');

  expect(await site.page('/livez')).toContain('birdkeeper runs');
  // BIRD is still stopped: an answer can't have come from it.
  expect(await scrape).toContain('birdkeeper_build_info');
  process.kill(site.bird.pid, 'SIGCONT');
  await waitFor(async () => (await site.page('/metrics')).includes('birdkeeper_session_up{'), {
    what: 'the sessions to be told again',
  });
});

/** How many loads were counted. */
async function loads(site: FaultSite): Promise<number> {
  const text = await site.page('/metrics');
  return Number(/^birdkeeper_change_to_loaded_seconds_count (\d+)$/m.exec(text)?.[1] ?? -1);
}
