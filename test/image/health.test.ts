/** The image's health check of birdkeeper: it asks on the port that birdkeeper really has, whoever has set it. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Container, withContainer } from '../support/container.js';
import { folderForTest } from '../support/folder.js';
import { builtImage } from '../support/image.js';
import { waitFor } from '../support/wait-for.js';

const HEALTH = '/usr/lib/birdkeeper/container/health';
const NODE = ['-e', 'NODENAME=kube-node1', '-e', 'ETCD_ENDPOINTS=http://127.0.0.1:2379'];

const image = builtImage();

test.each([
  ['by itself', [], [], '127.0.0.1:9470'],
  ['by an option', [], ['--listen', '127.0.0.1:9999'], '127.0.0.1:9999'],
  ['by a variable', ['-e', 'BIRDKEEPER_LISTEN=[::1]:9998'], [], '[::1]:9998'],
  ['by a variable for all addresses', ['-e', 'BIRDKEEPER_LISTEN=0.0.0.0:9997'], [], '0.0.0.0:9997'],
] as const)('the port that birdkeeper has %s is asked', async (_, options, args, address) => {
  await withNode(options, args, async (container) => {
    await listens(container, address);
    await container.exec(HEALTH);
    await expectSickWhenStopped(container);
  });
});

test("the config file's listen counts: the image sets none of its own", async () => {
  const dir = await folderForTest();
  await chmod(dir, 0o755);
  await writeFile(join(dir, 'birdkeeper.yaml'), 'listen: 127.0.0.1:9996\n', { mode: 0o644 });
  const options = [
    '-v',
    `${dir}:/settings:ro`,
    '-e',
    'BIRDKEEPER_CONFIG=/settings/birdkeeper.yaml',
  ];
  await withNode(options, [], async (container) => {
    await listens(container, '127.0.0.1:9996');
    await container.exec(HEALTH);
  });
});

test('a birdkeeper that is told to listen nowhere is healthy', async () => {
  await withNode(['-e', 'BIRDKEEPER_LISTEN=off'], [], async (container) => {
    await waitFor(async () => (await container.logs()).includes('"msg":'), { what: 'a log line' });
    await container.exec(HEALTH);
  });
});

function withNode(
  options: readonly string[],
  args: readonly string[],
  work: (container: Container) => Promise<void>,
): Promise<void> {
  const node = { image: image.name, options: [...NODE, ...options], args: ['node', ...args] };
  return withContainer(node, work);
}

/** Waits until something listens there, by the kernel's table. */
async function listens(container: Container, address: string): Promise<void> {
  const port = Number(address.split(':').at(-1)).toString(16).toUpperCase();
  const look = async () => {
    const tables = await container.exec('cat', '/proc/net/tcp', '/proc/net/tcp6');
    return new RegExp(`:${port} [0-9A-F:]+ 0A `).test(tables);
  };
  await waitFor(look, { what: `birdkeeper to listen on ${address}` });
}

/** A check that is never bad says nothing. */
async function expectSickWhenStopped(container: Container): Promise<void> {
  const ids = '$(grep -lsz bin/[b]irdkeeper /proc/[0-9]*/cmdline | cut -d / -f 3)';
  const signal = (name: string) => container.exec('sh', '-c', `kill -${name} ${ids}`);
  await signal('STOP');
  await expect(container.exec(HEALTH)).rejects.toThrow(/exit status/);
  await signal('CONT');
}
