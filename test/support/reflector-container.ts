/** A route reflector in a container of the image, in the place of the walkthrough's host node1. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Container, type ContainerOptions, withContainer } from './container.js';
import { type Image, podman } from './image.js';
import { type Lab, withLab } from './lab.js';
import type { Namespace } from './netns.js';
import { mountedElsewhere } from './readme-commands.js';
import { reflectorKeys } from './reflector-keys.js';
import { walkthroughHosts } from './walkthrough-site.js';

/** The reflector's sessions. */
export const CLIENTS = ['Global_172_17_42_30', 'Global_172_17_42_31', 'Global_172_17_42_32'];

/** All that a reflector must be told. */
export const REFLECTOR_ENVIRONMENT = [
  ...['-e', 'IP=172.17.42.40', '-e', 'ETCD_AUTHORITY=172.17.42.30:2379'],
];

/** A reflector among its clients. */
export interface ReflectorSite {
  readonly lab: Lab;
  /** What is started, for another container in its place. */
  readonly options: ContainerOptions;
  readonly reflector: Container;
  /** What is `/var/log/` where that is mounted. */
  readonly logs: string;
}

/**
 * Three nodes without a mesh, all of them clients of a reflector that runs in a container on node1.
 *
 * @param options - as printed: the volume `birdkeeper` and the folder `/var/log/` are the test's own
 */
export async function withReflector(
  image: Image,
  options: readonly string[],
  work: (site: ReflectorSite) => Promise<void>,
): Promise<void> {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll(reflectorKeys);
    await lab.startAll();
    const namespace = await hostOfReflector(lab);
    const logs = join(lab.network.dir, 'var-log');
    await mkdir(logs);
    const volume = `${lab.network.id}-config`;
    const container: ContainerOptions = {
      image: image.name,
      namespace,
      options: mountedElsewhere(options, { birdkeeper: volume, '/var/log/': logs }),
    };
    try {
      await withContainer(container, (reflector) =>
        work({ lab, options: container, reflector, logs }),
      );
    } finally {
      await podman(['volume', 'rm', '--force', volume]);
    }
  });
}

/** The host that the walkthrough calls node1. */
export function hostOfReflector(lab: Lab): Promise<Namespace> {
  const link = { addresses: ['172.17.42.40/16'], gateway: '172.17.42.1' };
  return lab.network.addHost('node1', link);
}

/** The routes of the walkthrough's end. */
export async function expectRoutes(lab: Lab): Promise<void> {
  const [master, node1, node2] = lab.hosts;
  await master?.waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
  await master?.waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
  await node1?.waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
  await node2?.waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
}
