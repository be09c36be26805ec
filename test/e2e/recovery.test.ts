/**
 * A BIRD that comes back with `-R` beside a neighbor that doesn't: until it gives up on that neighbor it holds new routes back. The
 * host is ready meanwhile, and everything that tells of it says so.
 */
import { expect, test } from 'vitest';
import { LINE_ENDS } from '../support/birds.js';
import { withLab } from '../support/lab.js';
import type { LabHost } from '../support/lab-host.js';
import { waitFor } from '../support/wait-for.js';

const BGP = '/calico/bgp/v1';
const HOSTS = [
  { name: 'node-a', address: '172.17.42.1' },
  { name: 'node-b', address: '172.17.42.2' },
];
const SAID = 'graceful restart recovery is running: new routes are held back until 1 neighbor more';

/** What a page of birdkeeper says, and the status of HTTP after it. */
function page(host: LabHost, path: string): Promise<string> {
  return host.shell(`curl -s -w '%{http_code}' http://127.0.0.1:9470${path}`);
}

function metricOf(host: LabHost): Promise<string> {
  return page(host, '/metrics').then(
    (text) => /^birdkeeper_graceful_restart_recovery\{daemon="bird"\} (\d)$/m.exec(text)?.[1] ?? '',
  );
}

test.each(LINE_ENDS)('of %s is said everywhere, and so is its end', async (bird) => {
  const hosts = HOSTS.map((host) => ({ ...host, bird }));
  await withLab({ hosts, gateway: '172.17.42.254/16' }, async (lab) => {
    await lab.putAll({
      [`${BGP}/global/as_num`]: '65100',
      [`${BGP}/host/node-a/ip_addr_v4`]: '172.17.42.1',
      [`${BGP}/host/node-b/ip_addr_v4`]: '172.17.42.2',
    });
    const [node = expect.fail(), neighbor = expect.fail()] = lab.hosts;
    await node.bird.start();
    node.startBirdkeeper();
    await node.waitForReady();
    expect(await metricOf(node)).toBe('0');

    await node.bird.restart('SIGKILL');

    await waitFor(async () => (await metricOf(node)) === '1', { what: 'the metric to say so' });
    expect(await node.bird.birdc('show status')).toMatch(/Wait timer is \S+\/60/);
    await node.waitForReady();
    const health = await page(node, '/readyz');
    expect(health).toContain(`bird: ${SAID}`);
    expect(health).toMatch(/200$/);
    const { birds } = await node.status();
    expect(birds.find(({ daemon }) => daemon === 'bird')?.recovery?.waitingFor).toBe(1);
    expect(await node.shell('birdkeeper status || test $? = 1')).toContain(`BIRD: ${SAID}`);

    await neighbor.bird.start();
    neighbor.startBirdkeeper();

    await waitFor(async () => (await metricOf(node)) === '0', {
      what: 'the metric to say its end',
    });
    expect(await page(node, '/readyz')).not.toContain('graceful restart');
    await node.waitForSessions(['Mesh_172_17_42_2']);
  });
});
