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
import { withLab } from '../support/lab.js';
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

test('the pods of the manifests exchange routes, and their probes answer', async () => {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    await lab.putAll(reflectorKeys);
    const started: PodContainer[] = [];
    const start = async (name: string, place: PodPlace): Promise<void> => {
      const spec: PodSpec = (await read(name)).spec.template.spec;
      const pod = await startPod(spec, place);
      started.push(...pod);
      for (const part of pod) {
        await waitFor(() => probe(part, place).then(() => true), {
          what: `the probes of ${part.spec.name}`,
          everyMs: 100,
        });
      }
    };
    const placeOf = async (node: string, address: string, namespace: PodPlace['namespace']) => ({
      image: image.name,
      namespace,
      dir: join(lab.network.dir, `pod-${node}`),
      fields: { 'spec.nodeName': node, 'status.hostIP': address },
      configMap: (await read('settings.yaml')).data,
    });
    try {
      const node1 = lab.host('kube-node1');
      const node2 = lab.host('kube-node2');
      await node2.bird.start();
      node2.startBirdkeeper();
      const namespace = await lab.network.addHost('node1', { addresses: ['172.17.42.40/16'] });
      await start('route-reflector.yaml', await placeOf('node1', '172.17.42.40', namespace));
      await start('node.yaml', await placeOf('kube-node1', node1.address, node1.namespace));

      await node1.waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
      await node2.waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
      const bird = started.find(({ spec }) => spec.name === 'bird');
      await bird?.container.stop();
      expect(await bird?.container.exitStatus()).toBe(0);
      // It has not taken leave: routes stay on both sides.
      await node1.waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
      await node2.waitForRoute('192.168.0.0/26 via 172.17.42.31 dev eth0 proto bird');
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
});
