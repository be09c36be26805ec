/**
 * docs/guarantees.md of the ways that run in containers: each cell that says that nothing is lost, on the host and on its peers.
 * What runs is what docker/README.md prints and what the manifests say.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Box } from '../support/box.js';
import { runCommand } from '../support/command.js';
import { expectGuarantees, type Way } from '../support/guarantees.js';
import { builtImage, podman } from '../support/image.js';
import { type Lab, withLab } from '../support/lab.js';
import { type Happening, News } from '../support/losses.js';
import type { Namespace } from '../support/netns.js';
import { containerOf, type PodPlace, type PodSpec, preparePod } from '../support/pod.js';
import { printedBlocks, printedElsewhere } from '../support/readme-commands.js';
import { reflectorKeys } from '../support/reflector-keys.js';
import { projectRoot } from '../support/tools.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const NODE = { name: 'kube-node1', address: '172.17.42.31' };
const REFLECTOR = { name: 'node1', address: '172.17.42.40' };

/** The mesh of three nodes alone: with a neighbor that is away each BIRD that comes back would wait for it. */
const meshKeys = Object.fromEntries(
  Object.entries(reflectorKeys).filter(([key]) => !/172\.17\.42\.40$|node_mesh$/.test(key)),
);

/** BIRD's word for a start with -R. */
const RECOVERY = 'Graceful restart started';

const image = builtImage();

/** A way whose parts are containers. */
interface ContainerWay extends Way {
  start(): Promise<void>;
  /** Kills all at once, and has BIRD's mark be one of another boot. */
  end(): Promise<void>;
  startAgain(): Promise<void>;
  /** How often BIRD has said this so far. */
  timesBirdSaid(text: string): Promise<number>;
  dispose(): Promise<void>;
}

test.concurrent('a sidecar and its BIRD, as printed, lose nothing where docs/guarantees.md says so', async () => {
  await withMesh(async (lab) => {
    const [birdBlock = '', birdkeeperBlock = ''] = await printedBlocks('Sidecar');
    const places = { birdkeeper: `${lab.network.id}-config`, bird: `${lab.network.id}-run` };
    const { namespace } = lab.host(NODE.name);
    const box = async (block: string): Promise<Box> => {
      const printed = await printedElsewhere(block, places);
      return new Box({ image: image.name, namespace, ...printed });
    };
    const way = pair(await box(birdBlock), await box(birdkeeperBlock));
    try {
      await way.start();
      await expectGuarantees('sidecar pair', way, { lab, host: { ...NODE, namespace } });
      await expectBackAfterBoot(lab, way, namespace);
    } finally {
      await way.dispose();
      await podman(['volume', 'rm', '--force', ...Object.values(places)]);
    }
  });
});

test.concurrent('a reflector, as printed, loses nothing where docs/guarantees.md says so', async () => {
  await withReflectorAway(async (lab, namespace) => {
    const [block = ''] = await printedBlocks('Route reflector');
    const volume = `${lab.network.id}-config`;
    const logs = join(lab.network.dir, 'var-log');
    await mkdir(logs);
    await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', logs]);
    const printed = await printedElsewhere(block, { birdkeeper: volume, '/var/log/': logs });
    const way = single(new Box({ image: image.name, namespace, ...printed }));
    try {
      await way.start();
      const site = { lab, host: { ...REFLECTOR, namespace } };
      await expectGuarantees('reflector container', way, site, {
        'log disk full': { happen: () => fill(join(logs, 'filler')), birdStarts: 0 },
      });
      await expectBackAfterBoot(lab, way, namespace);
    } finally {
      await way.dispose();
      await podman(['volume', 'rm', '--force', volume]);
      await runCommand('umount', ['--lazy', logs]);
    }
  });
});

test.concurrent('the pod of a node loses nothing where docs/guarantees.md says so', async () => {
  await withMesh(async (lab) => {
    const { namespace } = lab.host(NODE.name);
    const way = await pod('node.yaml', await placeOf(lab, NODE, namespace));
    try {
      await startBesideDead(lab, way);
      await expectGuarantees('node pod', way, { lab, host: { ...NODE, namespace } });
      await expectBackAfterBoot(lab, way, namespace);
    } finally {
      await way.dispose();
    }
  });
});

test.concurrent('the pod of a reflector loses nothing where docs/guarantees.md says so', async () => {
  await withReflectorAway(async (lab, namespace) => {
    const way = await pod('route-reflector.yaml', await placeOf(lab, REFLECTOR, namespace));
    try {
      await startBesideDead(lab, way);
      await expectGuarantees('reflector pod', way, { lab, host: { ...REFLECTOR, namespace } });
      await expectBackAfterBoot(lab, way, namespace);
    } finally {
      await way.dispose();
    }
  });
});

/** The mesh, in which the node under test is still missing. */
async function withMesh(work: (lab: Lab) => Promise<void>): Promise<void> {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll(meshKeys);
    const others = lab.hosts.filter(({ name }) => name !== NODE.name);
    await Promise.all(others.map(({ bird }) => bird.start()));
    for (const other of others) {
      other.startBirdkeeper();
    }
    await work(lab);
  });
}

/** Three nodes without a mesh, whose reflector is still missing. @param work - gets the reflector's network */
async function withReflectorAway(
  work: (lab: Lab, namespace: Namespace) => Promise<void>,
): Promise<void> {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll(reflectorKeys);
    await lab.startAll();
    const link = { addresses: [`${REFLECTOR.address}/16`], gateway: '172.17.42.1' };
    await work(lab, await lab.network.addHost(REFLECTOR.name, link));
  });
}

/** BIRD and birdkeeper in a container each. */
function pair(bird: Box, birdkeeper: Box): ContainerWay {
  return {
    ...saying(bird, birdkeeper),
    async start() {
      await bird.start();
      await birdkeeper.start();
    },
    async end() {
      await Promise.all([bird.end(), birdkeeper.end()]);
      await bird.besides('echo another-boot >/run/bird/bird.ran');
    },
    async startAgain() {
      await bird.container.startAgain();
      await birdkeeper.container.startAgain();
    },
    async stopAndStart() {
      await birdkeeper.container.stop();
      await bird.restart();
      await birdkeeper.container.startAgain();
    },
    killBird: () => bird.kill(),
    killBirdkeeper: () => birdkeeper.kill(),
    async killBoth() {
      await Promise.all([bird.kill(), birdkeeper.kill()]);
    },
    upgradeBird: { happen: () => bird.replace(), birdStarts: 1 },
    upgradeBirdkeeper: { happen: () => birdkeeper.replace(), birdStarts: 0 },
  };
}

function saying(
  bird: Box,
  birdkeeper: Box,
): Pick<
  ContainerWay,
  'stopBird' | 'startBirdThatSays' | 'timesBirdSaid' | 'birdkeeperSays' | 'dispose'
> {
  return {
    stopBird: () => bird.container.stop(),
    startBirdThatSays: (text) => bird.saysAfter(() => bird.container.startAgain(), text),
    timesBirdSaid: async (text) => (await bird.container.logs()).split(text).length - 1,
    birdkeeperSays: (text, on) => birdkeeper.saysAfter(on, text),
    async dispose() {
      await birdkeeper.dispose();
      await bird.dispose();
    },
  };
}

/** Both in one, where runit starts them again. */
function single(box: Box): ContainerWay {
  return {
    ...saying(box, box),
    start: () => box.start(),
    async end() {
      await box.end();
      await box.besides('echo another-boot >/etc/birdkeeper/config/.bird/ran');
    },
    startAgain: () => box.container.startAgain(),
    stopAndStart: () => box.restart(),
    killBird: () => box.container.killAndWait('bird'),
    killBirdkeeper: () => box.container.killAndWait('birdkeeper'),
    killBoth: () => box.kill(),
    upgradeBird: { happen: () => box.replace(), birdStarts: 1 },
    upgradeBirdkeeper: { happen: () => box.replace(), birdStarts: 1 },
  };
}

/** The pod of a manifest: another image, or an end, is another pod in its place. */
async function pod(manifest: string, place: PodPlace): Promise<ContainerWay> {
  const text = await readFile(join(projectRoot, 'docker/kubernetes', manifest), 'utf8');
  const spec: PodSpec = parse(text).spec.template.spec;
  const boxes = spec.containers.map((container) => new Box(containerOf(container, place)));
  const [first, second] = boxes;
  if (first === undefined) {
    throw new Error(`${manifest} has no container`);
  }
  const start = async (): Promise<void> => {
    await preparePod(spec, place);
    await Promise.all(boxes.map((box) => box.start()));
  };
  const replace = async (): Promise<void> => {
    await Promise.all(boxes.map((box) => box.stopAndDispose()));
    await start();
  };
  const upgrade: Happening = { happen: replace, birdStarts: 1 };
  return {
    ...(second === undefined ? single(first) : pair(first, second)),
    ...{ start, stopAndStart: replace, upgradeBird: upgrade, upgradeBirdkeeper: upgrade },
  };
}

/** Starts it for the first time beside a neighbor that is dead: routes come all the same, and nothing is recovered from. */
async function startBesideDead(lab: Lab, way: ContainerWay): Promise<void> {
  const key = '/calico/bgp/v1/host/kube-dead/ip_addr_v4';
  const address = '172.17.42.99';
  await lab.put(key, address);
  await way.start();
  await lab.host('kube-node1').waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
  await lab.host('kube-node2').waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
  expect(await way.timesBirdSaid(RECOVERY)).toBe(0);
  // A BIRD that is stopped before this is loaded waits for the dead one when it comes back, for a minute.
  await way.birdkeeperSays(`(${address} `, () => lab.delete(key));
}

/**
 * The power goes and comes back: nothing of the kernel's is left, and what is on disk is of another boot. BIRD waits for nobody
 * then, and the routes are there again at both ends.
 */
async function expectBackAfterBoot(
  lab: Lab,
  way: ContainerWay,
  namespace: Namespace,
): Promise<void> {
  const recoveries = await way.timesBirdSaid(RECOVERY);
  await way.end();
  await namespace.ip('route', 'flush', 'proto', 'bird');
  await way.startAgain();
  await new News(lab, 50).arrives();
  expect(await way.timesBirdSaid(RECOVERY)).toBe(recoveries);
}

/** Writes until there is no space left. */
async function fill(file: string): Promise<void> {
  await writeFile(file, Buffer.alloc(2 << 20)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC') {
      throw error;
    }
  });
}

async function placeOf(
  lab: Lab,
  { name, address }: { readonly name: string; readonly address: string },
  namespace: Namespace,
): Promise<PodPlace> {
  const settings = await readFile(join(projectRoot, 'docker/kubernetes/settings.yaml'), 'utf8');
  return {
    image: image.name,
    namespace,
    dir: join(lab.network.dir, `pod-${name}`),
    fields: { 'spec.nodeName': name, 'status.hostIP': address },
    configMap: parse(settings).data,
  };
}
