/**
 * BIRDs beside the machine's own, one folder a Debian release below `.tools/`: unpacked and not installed, since Debian's
 * packages of BIRD exclude each other and a newer release's need a newer C library.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isExecutable, SetUpError, say } from './set-up-steps.mjs';
import { tools, unpackDebs } from './unpack-debs.mjs';

/** Libraries that a newer BIRD loads, with those that they load. */
const libraries = [
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
    packages: { bird2: ['bird2'], bird3: ['bird3'], libraries },
    programs: ['bird2/bird', 'bird2/birdc', 'bird3/bird', 'bird3/birdc'],
    wrapped: ['bird2', 'bird3'],
  },
  {
    what: 'the newest BIRD 2 and 3',
    folder: 'sid',
    // Moves on: 2.20.0 and 3.4.0 when this was written.
    release: 'sid',
    packages: { bird2: ['bird2'], bird3: ['bird3'] },
    programs: ['bird2/bird', 'bird2/birdc', 'bird3/bird', 'bird3/birdc'],
    wrapped: ['bird2', 'bird3'],
    // Small to fetch and enough so far; with the release's own when the programs don't start with these.
    librariesOf: 'trixie',
  },
];

/** The collections of which a program is missing. */
export function missingCollections() {
  return collections.filter(
    ({ folder, programs }) => !programs.every((path) => isExecutable(join(tools, folder, path))),
  );
}

/** Fetches and unpacks one of them. */
export function unpack({ what, folder, release, packages, wrapped, librariesOf }) {
  say(`unpacking ${what} of Debian ${release} to .tools/${folder}`);
  unpackDebs({ folder, release, packages }, (unpacked, download) => {
    let shared = librariesOf;
    if (
      shared !== undefined &&
      !wrapped.every((part) => startsWith(shared, join(unpacked, part)))
    ) {
      shared = undefined;
      download('libraries', libraries);
    }
    for (const part of wrapped) {
      wrap(unpacked, part, shared);
    }
  });
}

/** Whether the BIRD in `part` runs with the libraries of another collection. */
function startsWith(collection, part) {
  const folder = join(tools, collection, 'libraries');
  const loader = join(folder, loaderIn(folder));
  const bird = join(part, 'usr/sbin/bird');
  const args = ['--library-path', dirname(loader), bird, '--version'];
  return spawnSync(loader, args, { stdio: 'ignore' }).status === 0;
}

/** The dynamic loader below a folder of libraries. */
function loaderIn(folder) {
  const loader = readdirSync(folder, { recursive: true }).find((path) =>
    /usr\/lib\/[^/]+\/ld-linux-[^/]*$/.test(path),
  );
  if (loader === undefined) {
    throw new SetUpError(`the unpacked libc6 in ${folder} has no ld-linux`);
  }
  return loader;
}

/**
 * Programs that become, in the same process, the package's with the release's loader and libraries, or with those of
 * the collection `shared`.
 */
function wrap(unpacked, part, shared) {
  const folder =
    shared === undefined ? join(unpacked, 'libraries') : join(tools, shared, 'libraries');
  const loader = loaderIn(folder);
  const place = shared === undefined ? '../libraries' : `../../${shared}/libraries`;
  for (const program of ['bird', 'birdc']) {
    const lines = [
      '#!/bin/sh',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
      'here=${0%/*}',
      `libraries="$here/${place}"`,
      `exec "$libraries/${loader}" --library-path "$libraries/${dirname(loader)}" "$here/usr/sbin/${program}" "$@"`,
    ];
    writeFileSync(join(unpacked, part, program), `${lines.join('\n')}\n`, { mode: 0o755 });
  }
}
