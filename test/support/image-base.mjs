/**
 * The base of the container image, for its tests: the least Debian of the release that the Dockerfile names, as a file that
 * podman imports, in place of one from a registry.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const release = 'bookworm';
/** What the slim images of registries lack too. */
const spared = [
  ...['var/cache', 'var/lib/apt/lists', 'var/log'],
  ...['usr/share/doc', 'usr/share/man', 'usr/share/locale'],
];

/**
 * Makes `dir` with the file `base.tar`, whole or not at all: a minute or two.
 *
 * @param mirror - the address of a Debian mirror
 * @param run - runs a command to its end; throws when it fails
 */
export function makeImageBase(dir, mirror, run) {
  const work = `${dir}.${process.pid}`;
  const system = join(work, 'system');
  mkdirSync(system, { recursive: true });
  try {
    run('debootstrap', ['--variant=minbase', '--include=ca-certificates', release, system, mirror]);
    for (const folder of spared) {
      for (const name of readdirSync(join(system, folder))) {
        rmSync(join(system, folder, name), { recursive: true });
      }
    }
    run('tar', ['-C', system, '-cf', join(work, 'base.tar'), '.']);
    rmSync(system, { recursive: true });
    // Where another run was faster, its folder stays.
    if (!existsSync(dir)) {
      renameSync(work, dir);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
