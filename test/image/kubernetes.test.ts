/** docker/kubernetes/: checked against the published schemas of Kubernetes' API, which tell types and required fields. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DaemonSet } from 'kubernetes-models/apps/v1';
import { ConfigMap } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../support/tools.js';

const folder = join(projectRoot, 'docker/kubernetes');
const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));

async function read(name: string) {
  return parse(await readFile(join(folder, name), 'utf8'));
}

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
      for (const mount of volumeMounts) expect(given).toContain(mount.name);
    }
  },
);
