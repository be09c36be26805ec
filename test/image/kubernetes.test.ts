/**
 * docker/kubernetes/: checked against the published schemas of Kubernetes' API, which tell types and required fields, and the pods
 * run by podman with the rights, folders and variables that the manifests give them. There is no cluster here.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DaemonSet } from 'kubernetes-models/apps/v1';
import { ConfigMap } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { builtImage } from '../support/image.js';
import { type Lab, withLab } from '../support/lab.js';
import { type PodContainer, type PodPlace, type PodSpec, probe, startPod } from '../support/pod.js';
import { reflectorKeys } from '../support/reflector-keys.js';
import { projectRoot } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const folder = join(projectRoot, 'docker/kubernetes');
const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));

async function read(name: string) {
  return parse(await readFile(join(folder, name), 'utf8'));
}

const image = builtImage();

test.each(names)('%s has the types and required fields of its kind', async (name) => {
  const content = await read(name);
  const resource = content.kind === 'DaemonSet' ? new DaemonSet(content) : new ConfigMap(content);

  expect(['DaemonSet', 'ConfigMap']).toContain(content.kind);
  expect(() => resource.validate()).not.toThrow();
  // Else "does not throw" would mean little.
  const wrong = { ...content, metadata: { name: 1 } };
  const wrongResource = content.kind === 'DaemonSet' ? new DaemonSet(wrong) : new ConfigMap(wrong);
  expect(() => wrongResource.validate()).toThrow();
});

test.each(['node.yaml', 'route-reflector.yaml'])(
  'every container of %s is as confined as it can be',
  async (name) => {
    const { spec } = (await read(name)).spec.template;

    for (const container of spec.containers) {
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.securityContext.privileged).toBeUndefined();
    }
    expect(spec.automountServiceAccountToken).toBe(false);
  },
);

test.each(['node.yaml', 'route-reflector.yaml'])(
  'what containers of %s mount, its volumes give',
  async (name) => {
    const { spec } = (await read(name)).spec.template;
    const given = spec.volumes.map((volume: { name: string }) => volume.name);

    for (const { volumeMounts } of spec.containers) {
      for (const mount of volumeMounts) {
        expect(given).toContain(mount.name);
      }
    }
  },
);

test.each(['node.yaml', 'route-reflector.yaml'])(
  '%s names an image of this version, and keeps what must outlive a pod on the host',
  async (name) => {
    const { minReadySeconds, template } = (await read(name)).spec;
    const { version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8'));
    const { containers, initContainers = [], volumes } = template.spec;

    // With IfNotPresent a node never looks for a newer image of a name that moves on.
    for (const { image: named } of [...containers, ...initContainers]) {
      expect(named).toBe(`birdkeeper:${version}`);
    }
    expect(minReadySeconds).toBeGreaterThan(0);
    const state = volumes.find((volume: { name: string }) => volume.name === 'state');
    expect(state.hostPath).toBeDefined();
  },
);

test('the pods of the manifests exchange routes, and their probes answer', async () => {
  await withPods(async ({ lab, start }) => {
    const bird = (await start.node()).find(({ spec }) => spec.name === 'bird');
    await start.reflector();
    await expectRoutes(lab);

    await bird?.container.stop();
    expect(await bird?.container.exitStatus()).toBe(0);
    // It has not taken leave: routes stay on both sides.
    await expectRoutes(lab);
  });
});

type Start = () => Promise<readonly PodContainer[]>;

interface Pods {
  readonly lab: Lab;
  /** Starts the pod of a manifest, and waits until its probes answer. */
  readonly start: { readonly node: Start; readonly reflector: Start };
}

/** Runs `work` with places for both pods: kube-node1, and node1 for the reflector. kube-node2 is the lab's, without pods. */
async function withPods(work: (pods: Pods) => Promise<void>): Promise<void> {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll(reflectorKeys);
    const node2 = lab.host('kube-node2');
    await node2.bird.start();
    node2.startBirdkeeper();
    const started: PodContainer[] = [];
    const starter =
      (name: string, place: PodPlace): Start =>
      async () => {
        const spec: PodSpec = (await read(name)).spec.template.spec;
        const pod = await startPod(spec, place);
        started.push(...pod);
        for (const part of pod) {
          await waitFor(() => probe(part, place).then(() => true), {
            what: `the probes of ${part.spec.name}`,
            everyMs: 100,
          });
        }
        return pod;
      };
    const placeOf = async (node: string, address: string, namespace: PodPlace['namespace']) => ({
      ...{ image: image.name, namespace, dir: join(lab.network.dir, `pod-${node}`) },
      fields: { 'spec.nodeName': node, 'status.hostIP': address },
      configMap: (await read('settings.yaml')).data,
    });
    const { name, address, namespace } = lab.host('kube-node1');
    const node1 = await lab.network.addHost('node1', { addresses: ['172.17.42.40/16'] });
    const start = {
      node: starter('node.yaml', await placeOf(name, address, namespace)),
      reflector: starter('route-reflector.yaml', await placeOf('node1', '172.17.42.40', node1)),
    };
    try {
      await work({ lab, start });
    } catch (error) {
      for (const { container } of started) {
        console.error(await container.logs());
      }
      throw error;
    } finally {
      for (const { container } of started) {
        await container.dispose();
      }
    }
  });
}

async function expectRoutes(lab: Lab): Promise<void> {
  const route = (network: string, via: string) => `${network} via ${via} dev eth0 proto bird`;
  await lab.host('kube-node1').waitForRoute(route('192.168.0.64/26', '172.17.42.32'));
  await lab.host('kube-node2').waitForRoute(route('192.168.0.0/26', '172.17.42.31'));
}
