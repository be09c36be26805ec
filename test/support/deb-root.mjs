/**
 * A clean Debian, in a folder, for the tests of the Debian package: they start containers on it, each with systemd as its
 * first process and a layer of its own above, so that the folder itself stays as it is.
 *
 * Debian 13, whatever this machine runs: its Node is the oldest that birdkeeper runs on.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const release = 'trixie';
const packages = ['systemd-sysv', 'nodejs', 'bird2', 'etcd-server', 'etcd-client', 'iproute2'];
/** Services that these packages enable: tests start what they need. */
const services = ['bird', 'etcd'];
/** Says what the folder holds; one that was made for other tests is made anew. */
const stamp = 'etc/birdkeeper-test-root';
const wanted = `${release} ${packages.join(' ')}\n`;

/** Whether `dir` is such a folder. */
export function isDebRoot(dir) {
  const file = join(dir, stamp);
  return existsSync(file) && readFileSync(file, 'utf8') === wanted;
}

/**
 * Makes it, whole or not at all: about 40 s, 440 MB.
 *
 * @param mirror - the address of a Debian mirror
 * @param run - runs a command to its end; throws when it fails
 */
export function makeDebRoot(dir, mirror, run) {
  const unfinished = `${dir}.${process.pid}`;
  try {
    const include = `--include=${packages.join(',')}`;
    run('debootstrap', ['--variant=minbase', include, release, unfinished, mirror]);
    run('chroot', [unfinished, 'systemctl', 'disable', '--quiet', ...services]);
    rmSync(join(unfinished, 'var/cache/apt/archives'), { recursive: true, force: true });
    writeFileSync(join(unfinished, stamp), wanted);
    rmSync(dir, { recursive: true, force: true });
    renameSync(unfinished, dir);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
