/**
 * docker/calico-node/: birdkeeper in the pod of calico/node. The patch is merged into a DaemonSet that has what it builds on, and checked
 * by Kubernetes' published schema; its container is run by podman, beside a BIRD 1.6 in the part of Calico's.
 */
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DaemonSet } from 'kubernetes-models/apps/v1';
import { ConfigMap } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { withContainer } from '../support/container.js';
import { builtImage } from '../support/image.js';
import { withLab } from '../support/lab.js';
import type { LabHost } from '../support/lab-host.js';
import { containerOf, type PodPlace, type PodSpec, preparePod, probe } from '../support/pod.js';
import { projectRoot, tools } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const read = async (name: string) =>
  parse(await readFile(join(projectRoot, 'docker/calico-node', name), 'utf8'));
const confd = await read('confd.yaml');
const patch: PodSpec = (await read('patch.yaml')).spec.template.spec;
const [ofCalico, ofBirdkeeper] = patch.containers;

/** What of Calico's own manifest the patch builds on. */
const CALICOS_VOLUMES = [
  { name: 'var-run-calico', hostPath: { path: '/var/run/calico' } },
  { name: 'var-lib-calico', hostPath: { path: '/var/lib/calico' } },
  { name: 'etcd-certs', secret: { secretName: 'calico-etcd-secrets' } },
];

const image = builtImage();

test('the patch makes a DaemonSet of Calico one that is valid, and mounts what is there', async () => {
  const labels = { 'k8s-app': 'calico-node' };
  const spec = {
    ...patch,
    containers: [{ ...ofCalico, image: 'calico/node' }, ofBirdkeeper],
    volumes: [...CALICOS_VOLUMES, ...patch.volumes],
  };
  const content = {
    metadata: { name: 'calico-node', namespace: 'kube-system' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };

  expect(() => new DaemonSet(content as never).validate()).not.toThrow();
  expect(() => new ConfigMap(confd).validate()).not.toThrow();
  const mounted = patch.containers.flatMap((one) => one.volumeMounts.map(({ name }) => name));
  const given = spec.volumes.map(({ name }) => name);
  expect(mounted.filter((name) => !given.includes(name))).toEqual([]);
  expect(patch.volumes).toContainEqual(
    expect.objectContaining({
      configMap: expect.objectContaining({ name: confd.metadata.name }),
    }),
  );
});

test('birdkeeper is as confined as it can be, and of this version', async () => {
  const { version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8'));

  expect(ofBirdkeeper).toMatchObject({
    image: `birdkeeper:${version}`,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  });
});

test("birdkeeper waits for calico/node's BIRD and name, and keeps that BIRD as confd did", async () => {
  if (ofBirdkeeper === undefined) {
    throw new Error('the patch has no container birdkeeper');
  }
  const hosts = ['kube-node1', 'kube-node2'].map((name, i) => ({
    ...{ name, address: `172.17.42.3${i + 1}` },
    bird: 'bird1' as const,
  }));
  await withLab({ hosts }, async (lab) => {
    const [node, other] = [lab.host('kube-node1'), lab.host('kube-node2')];
    await lab.putAll(Object.fromEntries(hosts.map(keyOf)));
    await Promise.all([node.bird.start(), other.bird.start()]);
    other.startBirdkeeper();
    const place = await placeOf(node, lab.etcdUrl);

    await withContainer(containerOf(ofBirdkeeper, place), async (container) => {
      const said = (text: string) =>
        waitFor(async () => (await container.logs()).includes(text), { what: text });
      await said('waiting for /calico-bird/bird');
      await withContainer(confdOf(place), async () => {
        await said('waiting for /var/lib/calico/nodename');
        await writeFile(join(place.dir, 'var-lib-calico/nodename'), node.name);

        const part = { spec: ofBirdkeeper, container };
        await waitFor(() => probe(part, place).then(() => true), {
          what: 'the probes of birdkeeper',
          everyMs: 100,
        });
        await node.waitForSessions(['Mesh_172_17_42_32']);
      });
    });
  });
});

function keyOf({ name, address }: { readonly name: string; readonly address: string }) {
  const document = {
    ...{ kind: 'Node', apiVersion: 'projectcalico.org/v3', metadata: { name } },
    spec: { bgp: { ipv4Address: `${address}/16` } },
  };
  const key = `/calico/resources/v3/projectcalico.org/nodes/${name}`;
  return [key, JSON.stringify(document)] as const;
}

/** The volumes of the pod on this host: those that BIRD has too are its own folders. */
async function placeOf({ namespace, bird, dir }: LabHost, etcdUrl: string): Promise<PodPlace> {
  const place: PodPlace = {
    ...{ image: image.name, namespace, dir: join(dir, 'pod') },
    fields: { 'spec.nodeName': 'kube-node1' },
    configMap: { etcd_endpoints: etcdUrl, etcd_ca: '', etcd_cert: '', etcd_key: '' },
  };
  const volumes = [...CALICOS_VOLUMES, ...patch.volumes];
  const [shared, own] = [['birdkeeper-config', 'var-run-calico'], ['birdkeeper-confd']];
  await preparePod(
    {
      securityContext: { fsGroup: 0 },
      containers: [],
      volumes: volumes.filter(({ name }) => ![...shared, ...own].includes(name)),
    },
    place,
  );
  await symlink(bird.configDir, join(place.dir, 'birdkeeper-config'));
  await symlink(dir, join(place.dir, 'var-run-calico'));
  await writeFile(join(place.dir, 'run'), confd.data.run, { mode: 0o755 });
  return place;
}

/** The stand-in for confd, where BIRD's programs are first in the path: the image has others. */
function confdOf({ image: name, dir }: PodPlace) {
  const { bird, birdc } = tools.bird1;
  const programs = { bird, bird6: tools.bird1.bird6, birdcl: birdc };
  const mounts = Object.entries({
    ...Object.fromEntries(
      Object.entries(programs).map(([program, path]) => [path, `/usr/local/sbin/${program}:ro`]),
    ),
    [join(dir, 'birdkeeper-bird')]: '/calico-bird',
    [join(dir, 'run')]: '/confd/run:ro',
  }).flatMap(([from, to]) => ['-v', `${from}:${to}`]);
  return { image: name, options: [...mounts, '--entrypoint', '/confd/run'] };
}
