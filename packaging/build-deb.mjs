/**
 * Builds the Debian package: `node packaging/build-deb.mjs [--version V] [--output-dir DIR]`, after `npm run build`. Prints
 * the path of the file.
 *
 * The same sources give the same bytes: times are those of the changelog (or SOURCE_DATE_EPOCH), owners are root.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundledLicenses } from './bundled-licenses.mjs';

const packaging = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../', import.meta.url));
const { version: currentVersion } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { values } = parseArgs({
  options: {
    version: { type: 'string', default: currentVersion },
    'output-dir': { type: 'string', default: join(root, 'build') },
  },
});
const { version, 'output-dir': outputDir } = values;
const changelog = readFileSync(join(packaging, 'changelog'), 'utf8');

/** What the drop-in for BIRD's service calls. */
const birdScripts = ['start-bird', 'bgp-port', 'stop-bird'];

/** What an administrator may change, and an upgrade keeps. */
const conffiles = [
  '/etc/birdkeeper/birdkeeper.yaml',
  '/etc/default/birdkeeper',
  // They must be there when the package is removed and not purged.
  ...birdScripts.map((name) => `/etc/birdkeeper/bird/${name}`),
];

if (!existsSync(join(root, 'dist/main.js'))) {
  fail('dist/main.js is missing: npm run build');
}
if (!changelog.startsWith(`birdkeeper (${currentVersion}) `)) {
  fail(`packaging/changelog doesn't begin with version ${currentVersion}, that of package.json`);
}
const stage = mkdtempSync(join(tmpdir(), 'birdkeeper-deb-'));
try {
  stageFiles();
  stageControl();
  setTimes(stage);
  const file = join(outputDir, `birdkeeper_${version}_all.deb`);
  mkdirSync(outputDir, { recursive: true });
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', stage, file]);
  console.log(file);
} finally {
  rmSync(stage, { recursive: true, force: true });
}

function stageFiles() {
  for (const name of filesBelow(join(root, 'dist')).filter((file) => file.endsWith('.js'))) {
    const code = readFileSync(join(root, 'dist', name), 'utf8')
      // Debian's own node, whatever else is in PATH; and no map, which only a developer reads.
      .replace(/^#!.*/, '#!/usr/bin/node')
      .replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n');
    put(`usr/lib/birdkeeper/dist/${name}`, code, name === 'main.js' ? 0o755 : 0o644);
  }
  put('usr/lib/birdkeeper/package.json', `${JSON.stringify({ type: 'module' })}\n`);
  copyFolder(join(root, 'templates'), 'usr/lib/birdkeeper/templates');
  mkdirSync(join(stage, 'usr/bin'), { recursive: true });
  symlinkSync('../lib/birdkeeper/dist/main.js', join(stage, 'usr/bin/birdkeeper'));

  copy('birdkeeper.service', 'usr/lib/systemd/system/birdkeeper.service');
  copy('birdkeeper.sysusers', 'usr/lib/sysusers.d/birdkeeper.conf');
  copy('birdkeeper.tmpfiles', 'usr/lib/tmpfiles.d/birdkeeper.conf');
  copy('bird-drop-in.conf', 'usr/share/birdkeeper/bird-drop-in.conf');
  for (const name of birdScripts) {
    copy(name, `etc/birdkeeper/bird/${name}`, 0o755);
  }
  copy('birdkeeper.yaml', 'etc/birdkeeper/birdkeeper.yaml');
  // Not for everybody's eyes: a password may be put there.
  copy('birdkeeper.default', 'etc/default/birdkeeper', 0o640);

  const doc = 'usr/share/doc/birdkeeper';
  const head = readFileSync(join(packaging, 'copyright.head'), 'utf8');
  put(`${doc}/copyright`, `${head}${bundledLicenses(root)}`);
  putCompressed(`${doc}/changelog.gz`, changelogOf(version));
  putCompressed(`${doc}/CHANGELOG.md.gz`, readFileSync(join(root, 'CHANGELOG.md')));
  for (const name of readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'))) {
    put(`${doc}/docs/${name}`, readFileSync(join(root, 'docs', name)));
  }
  putCompressed(
    'usr/share/man/man8/birdkeeper.8.gz',
    readFileSync(join(packaging, 'birdkeeper.8')),
  );
}

function stageControl() {
  const installed = filesBelow(stage).filter((path) => !path.startsWith('DEBIAN/'));
  const sizes = installed.map((path) => Math.ceil(statSync(join(stage, path)).size / 1024));
  const control = {
    Package: 'birdkeeper',
    Version: version,
    Architecture: 'all',
    Maintainer: 'birdkeeper maintainers <birdkeeper@localhost>',
    Section: 'net',
    Priority: 'optional',
    'Installed-Size': sizes.reduce((sum, size) => sum + size, 0),
    // systemd: also for systemd-notify, systemd-sysusers and systemd-tmpfiles.
    Depends: 'nodejs (>= 20.19), systemd, init-system-helpers (>= 1.54)',
    Recommends: 'bird2 (>= 2.0.12) | bird3',
    Description: [
      "keeps the BIRD routing daemon configured from Calico's BGP data in etcd",
      " On every host it follows the datastore, works out what this host's BIRD is",
      ' to do, renders its configuration, has BIRD check it, swaps all files at once',
      ' and has BIRD load them, without dropping a session that did not change.',
      " It takes the place of Calico's confd and of calico/routereflector.",
    ].join('\n'),
  };
  const lines = Object.entries(control).map(([name, value]) => `${name}: ${value}\n`);
  put('DEBIAN/control', lines.join(''));
  put('DEBIAN/conffiles', conffiles.map((path) => `${path}\n`).join(''));
  for (const script of ['postinst', 'prerm', 'postrm']) {
    copy(script, `DEBIAN/${script}`, 0o755);
  }
  const sums = installed
    .filter((path) => !conffiles.includes(`/${path}`))
    .map((path) => `${md5(join(stage, path))}  ${path}\n`);
  put('DEBIAN/md5sums', sums.join(''));
}

/** The changelog, with an entry on top for a version that it doesn't have. */
function changelogOf(wanted) {
  if (wanted === currentVersion) {
    return changelog;
  }
  const end = changelog.slice(changelog.indexOf(' -- ')).split('\n')[0];
  return `birdkeeper (${wanted}) unstable; urgency=medium\n\n  * Built from ${currentVersion}.\n\n${end}\n\n${changelog}`;
}

function put(path, content, mode = 0o644) {
  const target = join(stage, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  chmodSync(target, mode);
}

function putCompressed(path, content) {
  put(path, gzipSync(content, { level: 9 }));
}

function copy(name, path, mode) {
  put(path, readFileSync(join(packaging, name)), mode);
}

function copyFolder(from, path) {
  for (const name of filesBelow(from)) {
    put(join(path, name), readFileSync(join(from, name)));
  }
}

/** Regular files, in the same order everywhere. */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function setTimes(folder) {
  const date = / -- .*> {2}(.*)/.exec(changelog)?.[1];
  const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? Date.parse(date) / 1000);
  // dpkg-deb takes it for the times of the archive itself.
  process.env.SOURCE_DATE_EPOCH = String(seconds);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) {
      chmodSync(path, 0o755);
    }
    lutimesSync(path, seconds, seconds);
  }
  chmodSync(folder, 0o755);
  lutimesSync(folder, seconds, seconds);
}

function md5(path) {
  return createHash('md5').update(readFileSync(path)).digest('hex');
}

function run(command, arguments_) {
  const { status, stderr, error } = spawnSync(command, arguments_, { encoding: 'utf8' });
  if (status !== 0) {
    fail(`${command} failed: ${error?.message ?? stderr}`);
  }
}

function fail(reason) {
  throw new Error(`build-deb: ${reason}`);
}
