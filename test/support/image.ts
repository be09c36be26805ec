/**
 * The container image, built from the Dockerfile as it stands, with podman's tools and a storage of the project's own.
 *
 * In the place of the base images of a registry stand one that `set-up.mjs` has made with debootstrap, and that one with this
 * machine's Node. Layers are kept in `.tools/image-store`, so that only the first build fetches packages.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll } from 'vitest';
import { runCommand } from './command.js';
import { projectRoot } from './tools.js';
import { DEADLINE_MS } from './wait-for.js';

const store = join(existingPath(join(projectRoot, '.tools')), 'image-store');
/** Podman's storage works at the path alone that it was made at, and this file says which that was. */
const placeFile = join(store, 'place');
const storeRoot = join(store, 'root');
const runRoot = join(store, 'run');
const storeOptions = [
  ...['--root', storeRoot, '--runroot', runRoot],
  ...['--storage-driver', 'overlay'],
];
const BASE = 'localhost/birdkeeper-base:bookworm';
/** The number goes up when what is in it changes: layers of the one before are not taken then. */
const NODE = `localhost/birdkeeper-node:${process.version}-2`;
const MINUTES_MS = 60_000;

/** What comes before podman's own command: which storage, and what runs containers. */
export const podmanOptions = [
  ...storeOptions,
  ...['--tmpdir', join(store, 'tmp')],
  // With crun containers don't start where cgroups are of both versions.
  ...['--runtime', 'runc', '--cgroup-manager=cgroupfs', '--events-backend=file'],
] as const;

/** Files of podman's about a container: what it prints, by `k8s-file`, and which process is its first. */
export function filesOfContainer(id: string): { readonly log: string; readonly pid: string } {
  const folder = join('overlay-containers', id, 'userdata');
  return { log: join(storeRoot, folder, 'ctr.log'), pid: join(runRoot, folder, 'pidfile') };
}

/** Runs podman on the project's storage; gives what it printed. */
export function podman(args: readonly string[], timeoutMs = DEADLINE_MS): Promise<string> {
  return runCommand('podman', [...podmanOptions, ...args], { timeoutMs });
}

/** The image, by its name. */
export interface Image {
  /** Empty until it is built. */
  readonly name: string;
}

/** Builds the image of the Dockerfile before the tests of a file. */
export function builtImage(): Image {
  const image = { name: '' };
  beforeAll(async () => {
    image.name = await buildImage();
  }, 15 * MINUTES_MS);
  return image;
}

/**
 * Builds the image of the Dockerfile; gives its name. Test files of one run share it: the first builds, the others wait. The
 * name goes with the next run's clean-up; layers stay, for the next build.
 */
async function buildImage(): Promise<string> {
  const release = await lockStore();
  try {
    await prepareStore();
    const name = `localhost/birdkeeper:test-${process.ppid}`;
    if (await isThere(name)) {
      return name;
    }
    if (!(await isThere(BASE))) {
      await podman(['import', join(projectRoot, '.tools/image-base/base.tar'), BASE], MINUTES_MS);
    }
    if (!(await isThere(NODE))) {
      await buildNodeImage();
    }
    const bases = ['--build-arg', `RUNTIME_IMAGE=${BASE}`, '--build-arg', `NODE_IMAGE=${NODE}`];
    await build(name, [...bases, projectRoot]);
    return name;
  } finally {
    release();
  }
}

/** Makes the storage; one that was made elsewhere, and came here with the project's folder, is made anew. */
async function prepareStore(): Promise<void> {
  const place = await readFile(placeFile, 'utf8').catch(() => '');
  if (place !== store) {
    await rm(store, { recursive: true, force: true });
  }
  await mkdir(store, { recursive: true });
  await writeFile(placeFile, store);
}

/** The path without symbolic links of a folder that may not be there yet. */
function existingPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** Waits for the lock, which ends with this process at the latest. @returns to be called at the end */
async function lockStore(): Promise<() => void> {
  const lock = spawn('flock', [`${store}.lock`, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(lock.stdout, 'data');
  return () => lock.stdin.end();
}

/** Removes an image's name. */
export async function removeImage(name: string): Promise<void> {
  // Without the second, all names that the image has.
  await podman(['untag', name, name]).catch(async (error: unknown) => {
    // Another run may have been faster.
    if (await isThere(name)) {
      throw error;
    }
  });
}

/** The names of the images that processes which are gone have left. */
export async function leftImages(isDead: (pid: number) => boolean): Promise<readonly string[]> {
  const names = await podman(['images', '--format', '{{.Repository}}:{{.Tag}}']);
  return names.split('\n').filter((name) => {
    const pid = /^localhost\/birdkeeper:test-(\d+)$/.exec(name)?.[1];
    return pid !== undefined && isDead(Number(pid));
  });
}

/** The base image with this machine's Node and npm, and what they need to reach this machine's registry. */
async function buildNodeImage(): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'birdkeeper-node-image-'));
  try {
    await cp(await realpath(process.execPath), join(context, 'node'));
    const npm = await runCommand('sh', ['-c', 'readlink -f "$(command -v npm)"']);
    await cp(dirname(dirname(npm.trim())), join(context, 'npm'), { recursive: true });
    const registry = await runCommand('npm', ['config', 'get', 'registry']);
    const authorities = process.env.NODE_EXTRA_CA_CERTS;
    if (authorities) {
      await cp(authorities, join(context, 'authorities.pem'), { dereference: true });
    }
    // Where the images of registries have it.
    await cp(await licenseOfNode(), join(context, 'LICENSE'));
    const lines = [
      `FROM ${BASE}`,
      'COPY node /usr/local/bin/node',
      'COPY LICENSE /usr/local/LICENSE',
      'COPY npm /usr/local/lib/node_modules/npm',
      'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm',
      `ENV npm_config_registry=${registry.trim()}`,
      ...(authorities ? ['COPY authorities.pem /etc/ssl/authorities.pem'] : []),
      ...(authorities ? ['ENV NODE_EXTRA_CA_CERTS=/etc/ssl/authorities.pem'] : []),
    ];
    await writeFile(join(context, 'Dockerfile'), lines.join('\n'));
    await build(NODE, [context]);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** The file with the licences of this machine's Node: a package's of Debian, or beside `bin` where Node was unpacked. */
async function licenseOfNode(): Promise<string> {
  const prefix = dirname(dirname(await realpath(process.execPath)));
  const files = [join(prefix, 'share/doc/nodejs/LICENSE'), join(prefix, 'LICENSE')];
  const found = files.find((file) => existsSync(file));
  if (found === undefined) {
    throw new Error(`this machine's Node has no licence at ${files.join(' or ')}`);
  }
  return found;
}

async function build(name: string, args: readonly string[]): Promise<void> {
  const options = [
    ...['--isolation', 'chroot', '--network', 'host', '--pull-never', '--layers'],
    // The format that knows HEALTHCHECK.
    ...['--format', 'docker'],
  ];
  const args_ = [...storeOptions, 'build', ...options, '-t', name, ...args];
  await runCommand('buildah', args_, { timeoutMs: 10 * MINUTES_MS });
}

async function isThere(name: string): Promise<boolean> {
  return (await podman(['images', '--quiet', name])).trim() !== '';
}
