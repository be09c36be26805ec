/**
 * Installs what tests, demo and benchmark need and this machine lacks, and says so; silent when all is there.
 *
 * Plain Node without packages, because it runs before they are installed. Needs Debian and root (the tests make
 * network namespaces, so they need root anyway); elsewhere it says in one line what is missing and ends with 1.
 * Services that come with Debian's packages are neither started nor left enabled: tests start their own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDebRoot, makeDebRoot } from './deb-root.mjs';
import { makeImageBase } from './image-base.mjs';
import { aptOptions, find, mirror, root, run, SetUpError, say } from './set-up-steps.mjs';
import { missingCollections, unpack } from './unpack-birds.mjs';
import { frr, lacksFrr, unpackFrr } from './unpack-frr.mjs';

/** The demo needs less than the tests: `set-up.mjs demo`, and with other BIRDs than the machine's own `set-up.mjs birds`. */
const [purpose = 'tests'] = process.argv.slice(2);
const isForTests = purpose === 'tests';
const lowestNode = [20, 19];

/** Program, and the Debian package that has it. */
const programs = [
  ['bird', 'bird2'],
  ['birdc', 'bird2'],
  ['etcd', 'etcd-server'],
  ['etcdctl', 'etcd-client'],
  ['ip', 'iproute2'],
  ['ss', 'iproute2'],
  ['ping', 'iputils-ping'],
  ['curl', 'curl'],
  ['openssl', 'openssl'],
  ['systemd-notify', 'systemd'],
];

/** What the tests of image and package need on top. */
const programsOfContainers = [
  ['dpkg-deb', 'dpkg'],
  ['debootstrap', 'debootstrap'],
  ['podman', 'podman'],
  ['buildah', 'buildah'],
  ['runc', 'runc'],
  ['newuidmap', 'uidmap'],
];

/** Services of those packages: they would take ports 179 and 2379 at the next boot. */
const services = new Map([
  ['bird2', ['bird']],
  ['etcd-server', ['etcd']],
]);

const debRoot = join(root, '.tools/deb-root');
const imageBase = join(root, '.tools/image-base');
const policyFile = '/usr/sbin/policy-rc.d';

// Ctrl-C ends the running apt-get or npm; this process goes on to its clean-up and ends after it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

try {
  checkNode();
  const debianPackages = missingDebianPackages();
  const collections = purpose === 'demo' ? [] : missingCollections();
  const needsFrr = isForTests && lacksFrr();
  checkMachine(debianPackages, [...collections, ...(needsFrr ? [frr] : [])]);
  if (debianPackages.length > 0) {
    installDebianPackages(debianPackages);
  }
  checkBird2();
  for (const collection of collections) {
    unpack(collection);
  }
  if (needsFrr) {
    unpackFrr();
  }
  if (isForTests) {
    makeDebians();
  }
  if (!npmPackagesAreThere()) {
    installNpmPackages();
  }
} catch (error) {
  if (!(error instanceof SetUpError)) {
    throw error;
  }
  console.error(`set-up: ${error.message}`);
  process.exitCode = 1;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > lowestNode[0] || (major === lowestNode[0] && minor >= lowestNode[1])) {
    return;
  }
  throw new SetUpError(
    `Node ${lowestNode.join('.')} or newer is needed, and this is ${process.versions.node}. Install a newer Node.`,
  );
}

function missingDebianPackages() {
  const wanted = isForTests ? [...programs, ...programsOfContainers] : programs;
  return [...new Set(wanted.filter(([program]) => !find(program)).map(([, name]) => name))];
}

/** Whoever can't install is told all that is missing at once. */
function checkMachine(debianPackages, unpacked) {
  const isDebian = find('apt-get') !== undefined && find('dpkg') !== undefined;
  const isRoot = process.getuid?.() === 0;
  const missing = [
    ...debianPackages,
    ...unpacked.map(({ what, release }) => `${what} of Debian ${release}`),
  ];
  if (missing.length > 0 && !isDebian) {
    throw new SetUpError(
      `missing: ${missing.join(', ')} (names of Debian's packages). This is no Debian: install them by hand ` +
        '(those of a release as test/support/unpack-birds.mjs and unpack-frr.mjs unpack them), then run this again.',
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
  if (units.length === 0) {
    return;
  }
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
  if (known.status === 0 && found >= names.length) {
    return;
  }
  say('fetching the package lists (apt-get update)');
  run('apt-get', [...aptOptions, 'update']);
}

/** Debian asks policy-rc.d before a package starts its service; 101 means no. An administrator's own is put back. */
function withoutStartingServices(install) {
  const saved = `${policyFile}.before-birdkeeper`;
  if (existsSync(policyFile) && !existsSync(saved)) {
    renameSync(policyFile, saved);
  }
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    rmSync(policyFile);
    if (existsSync(saved)) {
      renameSync(saved, policyFile);
    }
  }
}

/** Installing bird2 would remove an installed BIRD 1.6, and apt may have been told not to: never guess which it is. */
function checkBird2() {
  const { stdout, stderr } = spawnSync(find('bird') ?? 'bird', ['--version'], { encoding: 'utf8' });
  const version = /BIRD version (\d+)\S*/.exec(`${stdout}${stderr}`);
  if (version && Number(version[1]) >= 2) {
    return;
  }
  throw new SetUpError(
    `${find('bird')} is ${version?.[0] ?? 'no BIRD'}; the tests need BIRD 2 or newer there: apt-get install bird2`,
  );
}

/** The small Debians that the tests of package and image start from. */
function makeDebians() {
  if (!isDebRoot(debRoot)) {
    say('making a Debian 13 for the tests of the package, in .tools/deb-root (once, 40 s)');
    makeDebRoot(debRoot, mirror(), run);
  }
  if (!existsSync(imageBase)) {
    say('making the base of the container image, in .tools/image-base (once, a minute)');
    makeImageBase(imageBase, mirror(), run);
  }
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
  if (npm) {
    run(process.execPath, [npm, ...arguments_], {}, root);
  } else {
    run('npm', arguments_, {}, root);
  }
}
