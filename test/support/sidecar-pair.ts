/** BIRD and birdkeeper of kube-node1 in two containers, by the commands of docker/README.md as printed, among nodes of the lab. */
import { type Container, withContainer } from './container.js';
import { type Image, podman } from './image.js';
import { type Lab, withLab } from './lab.js';
import { printedBlocks, printedElsewhere } from './readme-commands.js';
import { reflectorKeys } from './reflector-keys.js';
import { waitFor } from './wait-for.js';
import { walkthroughHosts } from './walkthrough-site.js';

const MESH = '/calico/bgp/v1/global/node_mesh';

/** The sessions of kube-node1. */
export const MESH_SESSIONS = ['Mesh_172_17_42_30', 'Mesh_172_17_42_32'];

/** A pair that runs. */
export interface Pair {
  readonly lab: Lab;
  readonly bird: Container;
  readonly birdkeeper: Container;
}

/** How a test differs from the plain one. */
export interface PairOptions {
  /** The neighbors that run; both unless told. */
  readonly neighbors?: readonly string[];
}

/** The keys of a mesh of the walkthrough's nodes. */
export const meshKeys = { ...reflectorKeys, [MESH]: '{"enabled": true}' };

/** Runs `work` with both containers; BIRD's is there first, and waits. */
export async function withPair(
  image: Image,
  work: (pair: Pair) => Promise<void>,
  { neighbors = ['kube-master', 'kube-node2'] }: PairOptions = {},
): Promise<void> {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll(meshKeys);
    for (const host of neighbors.map((name) => lab.host(name))) {
      await host.bird.start();
      host.startBirdkeeper();
    }
    const places = { birdkeeper: `${lab.network.id}-config`, bird: `${lab.network.id}-run` };
    try {
      await runPair({ image, lab, places }, work);
    } finally {
      await podman(['volume', 'rm', '--force', ...Object.values(places)]);
    }
  });
}

interface PairSite {
  readonly image: Image;
  readonly lab: Lab;
  readonly places: Readonly<Record<string, string>>;
}

async function runPair(
  { image, lab, places }: PairSite,
  work: (pair: Pair) => Promise<void>,
): Promise<void> {
  const { namespace } = lab.host('kube-node1');
  const asPrinted = async (block: string) => ({
    ...{ image: image.name, namespace },
    ...(await printedElsewhere(block, places)),
  });
  const [birdBlock = '', birdkeeperBlock = ''] = await printedBlocks('Sidecar');
  await withContainer(await asPrinted(birdBlock), async (bird) => {
    await waitFor(async () => (await bird.logs()) !== '', { what: "BIRD's container to speak" });
    await withContainer(await asPrinted(birdkeeperBlock), (birdkeeper) =>
      work({ lab, bird, birdkeeper }),
    );
  });
}
