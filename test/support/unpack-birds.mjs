/**
 * BIRDs beside the machine's own, one folder a Debian release below `.tools/`: unpacked and not installed, since Debian's
 * packages of BIRD exclude each other and a newer release's need a newer C library.
 *
 * A folder appears by one rename, so that whoever shares `.tools/` finds a whole one or none.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { aptOptions, isExecutable, mirror, root, run, SetUpError, say } from './set-up-steps.mjs';

const tools = join(root, '.tools');
const debianKeyRing = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Libraries that BIRD of the release loads, with those that they load. */
const trixieLibraries = [
  ...['libc6', 'libcom-err2', 'libgssapi-krb5-2', 'libk5crypto3', 'libkeyutils1', 'libkrb5-3'],
  ...['libkrb5support0', 'libreadline8t64', 'libssh-4', 'libssl3t64', 'libtinfo6', 'libzstd1'],
  'zlib1g',
];

/**
 * What is unpacked: to a folder of `.tools/`, packages of a release, each list into a folder of its own there. Folders in
 * `wrapped` get programs `bird` and `birdc` that start the package's with the release's libraries.
 */
const collections = [
  {
    what: 'BIRD 1.6',
    folder: 'bird1',
    // The last release that has it.
    release: 'bookworm',
    packages: { '.': ['bird'] },
    programs: ['bird', 'bird6', 'birdc', 'birdc6'].map((program) => `usr/sbin/${program}`),
    wrapped: [],
  },
  {
    what: 'BIRD 2.17 and 3.1',
    folder: 'trixie',
    release: 'trixie',
    packages: { bird2: ['bird2'], bird3: ['bird3'], libraries: trixieLibraries },
    programs: ['bird2/bird', 'bird2/birdc', 'bird3/bird', 'bird3/birdc'],
    wrapped: ['bird2', 'bird3'],
  },
];

/** The collections of which a program is missing. */
export function missingCollections() {
  return collections.filter(
    ({ folder, programs }) => !programs.every((path) => isExecutable(join(tools, folder, path))),
  );
}

/** Fetches and unpacks one of them. */
export function unpack({ what, folder, release, packages, wrapped }) {
  say(`unpacking ${what} of Debian ${release} to .tools/${folder}`);
  mkdirSync(tools, { recursive: true });
  const work = mkdtempSync(join(tools, 'download-'));
  try {
    const options = sourceOf(release, work);
    for (const [part, names] of Object.entries(packages)) {
      const target = join(work, 'unpacked', part);
      const debs = join(work, 'debs', part);
      mkdirSync(target, { recursive: true });
      mkdirSync(debs, { recursive: true });
      run('apt-get', [...aptOptions, ...options, 'download', ...names], {}, debs);
      const files = readdirSync(debs).filter((name) => name.endsWith('.deb'));
      for (const file of files) {
        run('dpkg', ['-x', join(debs, file), target]);
      }
    }
    for (const part of wrapped) {
      wrap(join(work, 'unpacked'), part);
    }
    moveInto(join(work, 'unpacked'), join(tools, folder), join(work, 'old'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Options that make apt look at one release and nothing else; the machine's own lists stay as they are. */
function sourceOf(release, work) {
  const list = join(work, 'sources.list');
  writeFileSync(list, `deb [signed-by=${debianKeyRing}] ${mirror()} ${release} main\n`);
  mkdirSync(join(work, 'lists/partial'), { recursive: true });
  mkdirSync(join(work, 'cache/archives/partial'), { recursive: true });
  const options = [
    ['Dir::Etc::sourcelist', list],
    ['Dir::Etc::sourceparts', '/dev/null'],
    ['Dir::Etc::preferencesparts', '/dev/null'],
    ['Dir::State::Lists', join(work, 'lists')],
    ['Dir::Cache', join(work, 'cache')],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  run('apt-get', [...aptOptions, ...options, 'update']);
  return options;
}

/** Programs that become, in the same process, the package's with the release's loader and libraries. */
function wrap(unpacked, part) {
  const loader = readdirSync(join(unpacked, 'libraries'), { recursive: true })
    .map((path) => join('libraries', path))
    .find((path) => /usr\/lib\/[^/]+\/ld-linux-[^/]*$/.test(path));
  if (loader === undefined) {
    throw new SetUpError('the unpacked libc6 has no ld-linux');
  }
  for (const program of ['bird', 'birdc']) {
    const lines = [
      '#!/bin/sh',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
      'here=${0%/*}',
      `exec "$here/../${loader}" --library-path "$here/../${dirname(loader)}" "$here/usr/sbin/${program}" "$@"`,
    ];
    writeFileSync(join(unpacked, part, program), `${lines.join('\n')}\n`, { mode: 0o755 });
  }
}

/** Puts a folder in its place, in place of what was there. */
function moveInto(fresh, place, old) {
  try {
    renameSync(place, old);
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error;
    }
  }
  try {
    renameSync(fresh, place);
  } catch (error) {
    // Somebody who shares the folder was first with the same.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') {
      throw error;
    }
  }
}
