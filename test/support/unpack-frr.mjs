/**
 * FRRouting, for tests with a neighbor that nobody here wrote: unpacked as a root folder of its own, with the libraries, models
 * and users that its daemons look for at fixed places. Whoever runs it (`frr.ts`) makes that folder its root.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutable, say } from './set-up-steps.mjs';
import { tools, unpackDebs } from './unpack-debs.mjs';

const folder = 'frr';
const release = 'trixie';
/** FRR, and the libraries that its daemons and vtysh load, with those that they load. */
const packages = [
  ...['frr', 'libaudit1', 'libc6', 'libcap-ng0', 'libcap2', 'libcares2', 'libcrypt1', 'libgcc-s1'],
  ...['libjson-c5', 'liblua5.3-0', 'liblzma5', 'libpam-modules', 'libpam0g', 'libpcre2-8-0'],
  ...['libprotobuf-c1', 'libreadline8t64', 'libtinfo6', 'libunwind8', 'libxxhash0', 'libyang3'],
  'zlib1g',
];
const programs = ['usr/lib/frr/mgmtd', 'usr/lib/frr/zebra', 'usr/lib/frr/bgpd', 'usr/bin/vtysh'];

/** What is missing of it, as the set-up names it. */
export const frr = { what: 'FRR', release };

/** Whether it isn't there. */
export function lacksFrr() {
  return !programs.every((path) => isExecutable(join(tools, folder, path)));
}

/** Fetches and unpacks it. */
export function unpackFrr() {
  say(`unpacking FRR of Debian ${release} to .tools/${folder}`);
  unpackDebs({ folder, release, packages: { '.': packages } }, (root) => {
    for (const name of ['lib', 'lib64']) {
      symlinkSync(`usr/${name}`, join(root, name));
    }
    // What it writes goes to the folder that is mounted at /run.
    for (const name of ['tmp', 'var/lib', 'var/tmp']) {
      symlinkSync(`/run/${name}`, join(root, name));
    }
    for (const name of ['dev', 'proc', 'run']) {
      mkdirSync(join(root, name));
    }
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nfrrvty:x:0:\n');
    const lines = ['auth', 'account'].map((kind) => `${kind} sufficient pam_permit.so\n`);
    // vtysh asks PAM; the package's own file leaves the account out.
    writeFileSync(join(root, 'etc/pam.d/frr'), lines.join(''));
  });
}
