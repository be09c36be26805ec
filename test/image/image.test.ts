/**
 * The container image, built from the Dockerfile and really run: the route reflector as the walkthrough starts it, in the
 * place of its host node1.
 */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeCa, makeCertificate } from '../support/certificates.js';
import { runCommand } from '../support/command.js';
import { type Container, removeLeftContainers, withContainer } from '../support/container.js';
import { builtImage, podman } from '../support/image.js';
import { withLab } from '../support/lab.js';
import { mountedElsewhere, printedBlocks, printedRun } from '../support/readme-commands.js';
import {
  CLIENTS,
  expectRoutes,
  hostOfReflector,
  REFLECTOR_ENVIRONMENT,
  withReflector,
} from '../support/reflector-container.js';
import { tools } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const BIRD_ID = 179;
const BIRDKEEPER_ID = 180;

/** What a reflector needs of root's rights, in place of --privileged. */
const leastRights = ['NET_BIND_SERVICE', 'SETUID', 'SETGID', 'KILL', 'CHOWN'].flatMap((right) => [
  '--cap-add',
  right,
]);

const image = builtImage();
beforeAll(removeLeftContainers);

test("the walkthrough's docker run makes the reflector, and logs go out and to /var/log", async () => {
  const [block = ''] = await printedBlocks('Route reflector');
  const { options } = await printedRun(block);
  await withReflector(image, options, async ({ lab, reflector, logs }) => {
    await expectRoutes(lab);

    // The routes are there before birdkeeper says so.
    await waitFor(async () => (await reflector.logs()).includes('"outcome":"applied"'), {
      what: 'birdkeeper to say that BIRD runs its configuration',
    });
    const output = await reflector.logs();
    for (const service of ['bird', 'birdkeeper']) {
      const kept = await readFile(join(logs, 'birdkeeper', service, 'current'), 'utf8');
      const [first = 'nothing'] = kept.split('\n');
      expect(output).toContain(first);
    }
    expect(await reflector.exec('bash', '/usr/lib/birdkeeper/container/health')).toBe('');
    expect(await usersOf(reflector)).toEqual({ bird: BIRD_ID, birdkeeper: BIRDKEEPER_ID });
  });
});

test('the capabilities and the read-only root as printed are enough for the reflector', async () => {
  const [block = ''] = await printedBlocks('Rights');
  const { options } = await printedRun(block);
  await withReflector(image, options, async ({ lab, reflector }) => {
    await expectRoutes(lab);
    await reflector.killAndWait('bird');
    await reflector.waitForSessions(CLIENTS);
    await reflector.stop();
    expect(await reflector.exitStatus()).toBe(0);
    // Root has no right to BIRD's socket here, and nodes keep their routes all the same.
    expect(await reflector.logs()).toContain('Shutting down for graceful restart');
  });
});

test('a configuration folder that is a tmpfs of the container needs CHOWN besides', async () => {
  const options = [
    ...['--cap-drop', 'all', ...leastRights, '--security-opt', 'no-new-privileges'],
    ...['--read-only', '--read-only-tmpfs=false', '--tmpfs', '/run', '--tmpfs', '/tmp'],
    ...['--tmpfs', '/etc/birdkeeper/config', ...REFLECTOR_ENVIRONMENT],
  ];
  await withReflector(image, options, async ({ lab }) => expectRoutes(lab));
});

test('etcd with TLS is reached by files of a mounted folder', async () => {
  await withLab({ hosts: walkthroughHosts('bird2').slice(0, 1) }, async (lab) => {
    const { namespace: etcdHost, address } = lab.host('kube-master');
    const [dir, url] = [join(lab.network.dir, 'tls'), `https://${address}:2381`];
    await mkdir(dir);
    const ca = makeCa(dir, 'ca');
    const server = makeCertificate(ca, dir, 'server', { names: `IP:${address}` });
    const client = makeCertificate(ca, dir, 'client');
    await copyFile(client.certFile, join(dir, 'cert.pem'));
    await copyFile(client.keyFile, join(dir, 'key.pem'));
    const [tls = '', rights = ''] = await printedBlocks('TLS to etcd');
    await runCommand('sh', ['-ec', rights.replaceAll('/etc/etcd/tls', dir)]);
    const files = ['--cert-file', server.certFile, '--key-file', server.keyFile];
    etcdHost.start(
      tools.etcd,
      [
        ...[
          '--data-dir',
          join(dir, 'etcd'),
          '--client-cert-auth',
          '--trusted-ca-file',
          ca.certFile,
        ],
        ...['--listen-client-urls', url, '--advertise-client-urls', url, ...files],
        ...['--listen-peer-urls', 'http://127.0.0.1:2390'],
      ],
      join(dir, 'etcd.log'),
    );
    const printed = await printedRun(`docker run ${tls.trimEnd()} birdkeeper`);
    const options = [
      ...mountedElsewhere(printed.options, { '/etc/etcd/tls': dir }),
      ...['-e', 'IP=172.17.42.40', '-e', `ETCD_AUTHORITY=${address}:2381`],
    ];
    const namespace = await hostOfReflector(lab);
    await withContainer({ image: image.name, namespace, options }, async (reflector) => {
      await waitFor(async () => (await reflector.logs()).includes('"outcome":"applied"'), {
        what: 'a configuration from an etcd with TLS',
      });
    });
  });
});

test.each([
  ['no IP', ['-e', 'ETCD_AUTHORITY=172.17.42.30:2379'], /birdkeeper: .*\(IP, IP6\)/],
  ['a bad address', ['-e', 'IP=10.0.0'], /birdkeeper: .*IP.*"10\.0\.0"/],
  ['another user', ['-e', 'IP=10.0.0.1', '--user', '179:179'], /starts as root/],
  ['no right to become bird', ['-e', 'IP=10.0.0.1', '--cap-drop', 'all'], /SETUID and SETGID/],
])('with %s the reflector ends with status 2 and one line says why', async (_, options, line) => {
  await withContainer({ image: image.name, options }, async (container) => {
    expect(await container.exitStatus()).toBe(2);
    const lines = (await container.logs()).split('\n').filter((l) => line.test(l));
    expect(lines).toHaveLength(1);
  });
});

test("other arguments are birdkeeper's", async () => {
  const version = await podman([
    'run',
    '--rm',
    '--network',
    'none',
    '--ulimit',
    'nofile=20000:20000',
    '--ulimit',
    'nproc=30000:30000',
    image.name,
    '--version',
  ]);
  const { version: expected } = JSON.parse(await readFile('package.json', 'utf8'));
  expect(version).toContain(expected);
});

test('the image is small, is labelled and says how to ask for its health', async () => {
  const [{ Size, Config, Healthcheck }] = JSON.parse(await podman(['inspect', image.name]));
  expect(Size).toBeLessThan(200_000_000);
  expect(Config.Labels).toMatchObject({ 'org.opencontainers.image.title': 'birdkeeper' });
  expect(Config.Cmd).toEqual(['route-reflector']);
  expect(Config.Healthcheck ?? Healthcheck).toMatchObject({
    Test: expect.arrayContaining(['CMD']),
  });
});

async function usersOf(container: Container): Promise<Record<'bird' | 'birdkeeper', number>> {
  const userOf = async (service: 'bird' | 'birdkeeper'): Promise<number> =>
    Number(await container.exec('stat', '-c', '%u', `/proc/${await container.pidOf(service)}`));
  return { bird: await userOf('bird'), birdkeeper: await userOf('birdkeeper') };
}
