/**
 * Installs what tests, demo and benchmark need and this machine lacks, and says so; silent when all is there.
 *
 * Plain Node without packages, because it runs before they are installed. Needs Debian and root (the tests make
 * network namespaces, so they need root anyway); elsewhere it says in one line what is missing and ends with 1.
 * Services that come with Debian's packages are neither started nor left enabled: tests start their own.
 */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const lowestNode = [20, 19];

/** Program, and the Debian package that has it. */
const programs = [
  ['bird', 'bird2'],
  ['birdc', 'bird2'],
  ['etcd', 'etcd-server'],
  ['etcdctl', 'etcd-client'],
  ['ip', 'iproute2'],
  ['ping', 'iputils-ping'],
  ['openssl', 'openssl'],
  ['systemd-notify', 'systemd'],
];

/** The same for the container image, which only its tests need: `--without-image` leaves it out. */
const imagePrograms = [
  ['podman', 'podman'],
  ['buildah', 'buildah'],
  ['runc', 'runc'],
  ['newuidmap', 'uidmap'],
  ['debootstrap', 'debootstrap'],
];
const withImage = !process.argv.includes('--without-image');
if (withImage) programs.push(...imagePrograms);

/** Services of those packages: they would take ports 179 and 2379 at the next boot. */
const services = new Map([
  ['bird2', ['bird']],
  ['etcd-server', ['etcd']],
]);

/** BIRD 1.6 lives beside the machine's own BIRD, unpacked and not installed: the two packages exclude each other. */
const bird1Dir = join(root, '.tools/bird1');
const bird1Programs = ['bird', 'bird6', 'birdc', 'birdc6'].map((p) =>
  join(bird1Dir, 'usr/sbin', p),
);
/** The least Debian of the container image's release, as a file that podman imports; in place of one from a registry. */
const imageBaseDir = join(root, '.tools/image-base');
const imageRelease = 'bookworm';
/** The last Debian release with a package of BIRD 1.6, for machines that run a newer one. */
const lastReleaseWithBird1 = 'bookworm';
const debianKeyRing = '/usr/share/keyrings/debian-archive-keyring.gpg';

// Debian's apt fetches as user _apt, who cannot write to a folder of root's, and warns about it.
const aptOptions = ['-qq', '-o', 'APT::Sandbox::User=root', '-o', 'Dpkg::Use-Pty=0'];
const policyFile = '/usr/sbin/policy-rc.d';

class SetUpError extends Error {}

// Ctrl-C ends the running apt-get or npm; this process goes on to its clean-up and ends after it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

try {
  checkNode();
  const debianPackages = missingDebianPackages();
  const needsBird1 = bird1Programs.some((path) => !isExecutable(path));
  checkMachine(debianPackages, needsBird1);
  if (debianPackages.length > 0) installDebianPackages(debianPackages);
  checkBird2();
  if (needsBird1) unpackBird1();
  if (withImage && !existsSync(imageBaseDir)) makeImageBase();
  if (!npmPackagesAreThere()) installNpmPackages();
} catch (error) {
  if (!(error instanceof SetUpError)) throw error;
  console.error(`set-up: ${error.message}`);
  process.exitCode = 1;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > lowestNode[0] || (major === lowestNode[0] && minor >= lowestNode[1])) return;
  throw new SetUpError(
    `Node ${lowestNode.join('.')} or newer is needed, and this is ${process.versions.node}. Install a newer Node.`,
  );
}

function missingDebianPackages() {
  return [...new Set(programs.filter(([program]) => !find(program)).map(([, name]) => name))];
}

/** Whoever can't install is told all that is missing at once. */
function checkMachine(debianPackages, needsBird1) {
  const isDebian = find('apt-get') !== undefined && find('dpkg') !== undefined;
  const isRoot = process.getuid?.() === 0;
  const missing = [...debianPackages, ...(needsBird1 ? ['BIRD 1.6 in .tools/bird1/usr/sbin'] : [])];
  if (missing.length > 0 && !isDebian) {
    throw new SetUpError(
      `missing: ${missing.join(', ')} (names of Debian's packages). This is no Debian: install them by hand ` +
        `(BIRD 1.6 is Debian's package "bird", unpacked with dpkg -x), then run this again.`,
    );
  }
  if (!isRoot) {
    throw new SetUpError(
      `root is needed for network namespaces${missing.length > 0 ? ` and to install ${missing.join(', ')}` : ''}: run this again as root.`,
    );
  }
}

function installDebianPackages(names) {
  say(`installing Debian packages: ${names.join(', ')}`);
  updateListsUnlessKnown(names);
  withoutStartingServices(() =>
    run('apt-get', [...aptOptions, 'install', '-y', '--no-install-recommends', ...names], {
      DEBIAN_FRONTEND: 'noninteractive',
    }),
  );
  const units = names.flatMap((name) => services.get(name) ?? []);
  if (units.length === 0) return;
  // Stops what was started all the same. In a container systemctl can only disable, and says so: not our concern.
  spawnSync('systemctl', ['disable', '--now', '--quiet', ...units], { stdio: 'ignore' });
  say(
    `not started, and disabled at boot: ${units.join(', ')} ("systemctl enable" brings them back)`,
  );
}

function updateListsUnlessKnown(names) {
  const known = spawnSync('apt-cache', ['show', '--no-all-versions', ...names], {
    encoding: 'utf8',
  });
  const found = known.stdout.match(/^Package: /gm)?.length ?? 0;
  if (known.status === 0 && found >= names.length) return;
  say('fetching the package lists (apt-get update)');
  run('apt-get', [...aptOptions, 'update']);
}

/** Debian asks policy-rc.d before a package starts its service; 101 means no. An administrator's own is put back. */
function withoutStartingServices(install) {
  const saved = `${policyFile}.before-birdkeeper`;
  if (existsSync(policyFile) && !existsSync(saved)) renameSync(policyFile, saved);
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    rmSync(policyFile);
    if (existsSync(saved)) renameSync(saved, policyFile);
  }
}

/** Installing bird2 would remove an installed BIRD 1.6, and apt may have been told not to: never guess which it is. */
function checkBird2() {
  const { stdout, stderr } = spawnSync(find('bird') ?? 'bird', ['--version'], { encoding: 'utf8' });
  const version = /BIRD version (\d+)\S*/.exec(`${stdout}${stderr}`);
  if (version && Number(version[1]) >= 2) return;
  throw new SetUpError(
    `${find('bird')} is ${version?.[0] ?? 'no BIRD'}; the tests need BIRD 2 or newer there: apt-get install bird2`,
  );
}

function unpackBird1() {
  say('unpacking BIRD 1.6 to .tools/bird1');
  const download = join(root, '.tools/download');
  rmSync(download, { recursive: true, force: true });
  mkdirSync(join(download, 'lists/partial'), { recursive: true });
  try {
    run('apt-get', [...aptOptions, ...sourceOfBird1(download), 'download', 'bird'], {}, download);
    const file = readdirSync(download).find((name) => name.endsWith('.deb'));
    run('dpkg', ['-x', join(download, file), join(download, 'bird1')]);
    rmSync(bird1Dir, { recursive: true, force: true });
    renameSync(join(download, 'bird1'), bird1Dir);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

function makeImageBase() {
  say('making the base of the container image in .tools/image-base (a minute or two)');
  const work = `${imageBaseDir}.${process.pid}`;
  const system = join(work, 'system');
  mkdirSync(system, { recursive: true });
  try {
    const options = ['--variant=minbase', '--include=ca-certificates'];
    run('debootstrap', [...options, imageRelease, system, mirror()]);
    // What the slim images of registries lack too.
    for (const dir of [
      'var/cache',
      'var/lib/apt/lists',
      'var/log',
      'usr/share/doc',
      'usr/share/man',
      'usr/share/locale',
    ])
      for (const name of readdirSync(join(system, dir)))
        rmSync(join(system, dir, name), { recursive: true });
    run('tar', ['-C', system, '-cf', join(work, 'base.tar'), '.']);
    rmSync(system, { recursive: true });
    // Whole or not at all; where another run was faster, its folder stays.
    if (!existsSync(imageBaseDir)) renameSync(work, imageBaseDir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Nothing when this machine's own lists have BIRD 1.6; else options that make apt look at an older release. */
function sourceOfBird1(download) {
  if (offersBird1()) return [];
  say('fetching the package lists (apt-get update)');
  run('apt-get', [...aptOptions, 'update']);
  if (offersBird1()) return [];
  const list = join(download, 'sources.list');
  const signedBy = `[signed-by=${debianKeyRing}]`;
  writeFileSync(list, `deb ${signedBy} ${mirror()} ${lastReleaseWithBird1} main\n`);
  const options = [
    ['Dir::Etc::sourcelist', list],
    ['Dir::Etc::sourceparts', '/dev/null'],
    ['Dir::State::Lists', join(download, 'lists')],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  run('apt-get', [...aptOptions, ...options, 'update']);
  return options;
}

function offersBird1() {
  const { stdout } = spawnSync('apt-cache', ['policy', 'bird'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return /Candidate: 1\.6\./.test(stdout);
}

/** The address of the machine's own Debian mirror. */
function mirror() {
  const format = '$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(COMPONENT)';
  const { stdout } = spawnSync(
    'apt-get',
    ['indextargets', '--format', format, 'Created-By: Packages'],
    { encoding: 'utf8' },
  );
  const line = stdout.split('\n').find((l) => l.endsWith('|Debian|Debian|main'));
  if (line) return line.split('|')[0];
  throw new SetUpError(
    `apt's sources have no Debian mirror: add one, so that "bird" of ${lastReleaseWithBird1} can be fetched`,
  );
}

/** Whether node_modules has each package of the lock file, in the lock file's version. */
function npmPackagesAreThere() {
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  const wanted = packagesOf(join(root, 'package-lock.json'));
  return Object.entries(wanted).every(
    // Optional ones are for other systems than this.
    ([path, { version, optional, link }]) =>
      path === '' || optional || link || installed[path]?.version === version,
  );
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {};
}

function installNpmPackages() {
  say('installing npm packages (npm install)');
  const npm = process.env.npm_execpath;
  // Not `npm ci`: it refuses a lock file that lacks packages of other systems, and such a one is written wherever the
  // registry has none of them. The versions are the lock file's here too, and the lock file stays as it is.
  const arguments_ = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npm) run(process.execPath, [npm, ...arguments_], {}, root);
  else run('npm', arguments_, {}, root);
}

function run(command, arguments_, env = {}, cwd = root) {
  const result = spawnSync(command, arguments_, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return;
  const reason = result.error?.message ?? result.signal ?? `exit status ${result.status}`;
  throw new SetUpError(
    `"${[command, ...arguments_].join(' ')}" failed (${reason}):\n${result.stdout ?? ''}${result.stderr ?? ''}`,
  );
}

function find(program) {
  const folders = [
    ...(process.env.PATH ?? '').split(':'),
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
  ];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function say(line) {
  console.log(`set-up: ${line}`);
}
