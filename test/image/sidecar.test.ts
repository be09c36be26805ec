/** The container image as a sidecar: birdkeeper in a container of its own, and BIRD in another one or on the host. */
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withContainer } from '../support/container.js';
import { builtImage } from '../support/image.js';
import { type Lab, withLab } from '../support/lab.js';
import { reflectorKeys } from '../support/reflector-keys.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const MESH = '/calico/bgp/v1/global/node_mesh';
const BIRD_ID = 179;

const image = builtImage();

test('birdkeeper beside BIRD, in two containers that share two folders, neither of them root', async () => {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll({ ...reflectorKeys, [MESH]: '{"enabled": true}' });
    const shared = await sharedFolders(lab);
    const { namespace } = lab.host('kube-node1');
    const others = ['kube-master', 'kube-node2'].map((name) => lab.host(name));
    const both = [...shared, '--read-only', '--read-only-tmpfs=false', '--cap-drop', 'all'];
    const bird = [
      ...both,
      '--cap-add',
      'NET_ADMIN',
      '--cap-add',
      'NET_BIND_SERVICE',
      '--cap-add',
      'SETUID',
      '--cap-add',
      'SETGID',
    ];
    const sidecar = [
      ...[...both, '--user', `${BIRD_ID}:${BIRD_ID}`, '--security-opt', 'no-new-privileges'],
      ...['--tmpfs', '/tmp', '-e', 'NODENAME=kube-node1'],
      ...['-e', 'ETCD_ENDPOINTS=http://172.17.42.30:2379'],
    ];
    await withContainer(
      { image: image.name, namespace, options: bird, args: ['bird'] },
      async (birdContainer) => {
        await withContainer(
          { image: image.name, namespace, options: sidecar, args: ['node'] },
          async () => {
            for (const host of others) {
              await host.bird.start();
              host.startBirdkeeper();
            }

            await birdContainer.waitForSessions(['Mesh_172_17_42_30', 'Mesh_172_17_42_32']);

            const routes = (await lab.host('kube-node1').routes()).split('\n');
            expect(routes).toContain('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
            expect(await lab.host('kube-node1').ping('192.168.0.2', '192.168.0.64')).toContain(
              ' 1 received',
            );
            expect((await birdContainer.exec('stat', '-c', '%u', '/proc/1')).trim()).toBe(
              `${BIRD_ID}`,
            );
          },
        );
      },
    );
  });
});

test('the sidecar keeps a BIRD of the host configured', async () => {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll({ ...reflectorKeys, [MESH]: '{"enabled": true}' });
    const host = lab.host('kube-node1');
    await Promise.all(lab.hosts.map(({ bird }) => bird.start()));
    for (const other of lab.hosts) {
      if (other !== host) {
        other.startBirdkeeper();
      }
    }
    await chown(host.bird.configDir, 0, BIRD_ID);
    await chmod(host.bird.configDir, 0o2770);
    // As Debian's service does it: BIRD's socket and the configuration are group bird's. The lab's BIRD is root's.
    await chown(join(host.dir, 'bird.ctl'), 0, BIRD_ID);
    const options = [
      ...['-v', `${host.bird.configDir}:/etc/birdkeeper/config`, '-v', `${host.dir}:/run/bird`],
      ...['--cap-drop', 'all', '--user', `${BIRD_ID}:${BIRD_ID}`, '-e', `NODENAME=${host.name}`],
      ...['-e', 'ETCD_ENDPOINTS=http://172.17.42.30:2379'],
    ];
    await withContainer(
      { image: image.name, namespace: host.namespace, options, args: ['node'] },
      async () => {
        await host.waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
      },
    );
  });
});

/** Folders for configuration and socket, as options of `docker run`. */
async function sharedFolders(lab: Lab): Promise<readonly string[]> {
  const folders = { config: '/etc/birdkeeper/config', run: '/run/bird' };
  const options: string[] = [];
  for (const [name, path] of Object.entries(folders)) {
    const folder = join(lab.network.dir, `shared-${name}`);
    await mkdir(folder, { mode: 0o770 });
    await chown(folder, BIRD_ID, BIRD_ID);
    options.push('-v', `${folder}:${path}`);
  }
  return options;
}
