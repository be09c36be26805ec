/**
 * The program that checks configurations is of another line than the BIRD that runs: that of an image beside a host's. Files are made
 * for the BIRD that runs, and the difference is a problem that names both.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type BirdKind, birdOf } from '../support/birds.js';
import { withLab } from '../support/lab.js';
import type { LabHost } from '../support/lab-host.js';
import { waitFor } from '../support/wait-for.js';

const BGP = '/calico/bgp/v1';

/** A node whose BIRD runs, with a pool that asks for IPIP; then its birdkeeper, which checks by another BIRD. */
async function withNode(
  running: BirdKind,
  checker: BirdKind,
  work: (node: LabHost) => Promise<void>,
): Promise<void> {
  const hosts = [
    { name: 'node-a', address: '172.17.42.1', bird: running, tunnelAddress: '192.168.0.1' },
  ];
  await withLab({ hosts, gateway: '172.17.42.254/16' }, async (lab) => {
    await lab.putAll({
      [`${BGP}/global/as_num`]: '65100',
      [`${BGP}/host/node-a/ip_addr_v4`]: '172.17.42.1',
      [`${BGP}/host/node-b/ip_addr_v4`]: '172.17.42.2',
      '/calico/v1/ipam/v4/pool/192.168.0.0-16': '{"cidr":"192.168.0.0/16","ipip":"tunl0"}',
    });
    const [node = expect.fail()] = lab.hosts;
    await node.bird.start();
    node.startBirdkeeper(['--bird', birdOf(checker).bird]);
    await waitFor(async () => (await codesOf(node)).includes('other-checker'), {
      what: 'the problem',
    });
    await work(node);
  });
}

/** The problems of `/status`; none while there is no page yet. */
async function codesOf(node: LabHost): Promise<readonly string[]> {
  return (await node.status()).problems.map(({ code }) => code);
}

async function reasonOf(node: LabHost): Promise<string | undefined> {
  return (await node.status()).problems.find(({ code }) => code === 'other-checker')?.reason;
}

test('BIRD 3.1 runs what is made for it, although the checker is 2.0.12', async () => {
  await withNode('bird3', 'bird2', async (node) => {
    await node.waitForReady();

    const { dialect } = await node.status();
    expect(dialect).toBe('bird3');
    expect(await reasonOf(node)).toMatch(
      /^the BIRD that runs is 3\.1\.\d+, and the program that checks configurations is 2\./,
    );
    const config = await readFile(join(node.bird.configDir, 'bird.cfg'), 'utf8');
    expect(config).toContain('protocol bgp Mesh_172_17_42_2');
    // BIRD 3.1 doesn't know it, and 2.0.12 does.
    const [ipam, log] = [join(node.bird.configDir, 'bird_ipam.cfg'), node.log.file];
    expect(await readFile(ipam, 'utf8')).not.toContain('onlink');
    expect(await readFile(log, 'utf8')).toContain('other-checker');
  });
});

test('a refusal by a checker of line 3 is told together with why, while BIRD 2 runs', async () => {
  await withNode('bird2', 'bird3', async (node) => {
    await waitFor(async () => (await node.status()).lastPass?.outcome === 'refused', {
      what: 'the checker to refuse what BIRD 2 would take',
    });

    const { dialect, lastPass } = await node.status();
    expect(dialect).toBe('bird2');
    expect(lastPass?.reason).toContain('ONLINK');
    expect(await reasonOf(node)).toMatch(
      /^the BIRD that runs is 2\..*, and the program that checks configurations is 3\.1\.\d+: it may refuse what BIRD would take/,
    );
  });
});
