/**
 * Where the real programs are that tests, demo and benchmark drive. `test/support/set-up.mjs` installs what is missing.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project: the one with package.json. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

// Debian keeps routing programs in sbin folders, which a user's PATH may lack.
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/sbin'];
const bird1 = join(projectRoot, '.tools/bird1/usr/sbin');

/**
 * Absolute paths of the real programs: the machine's own BIRD (2 or newer), BIRD 1.6 (one program a family), etcd and its
 * client. Tests that run on each BIRD take them from `birds.ts`.
 */
export const tools = {
  bird2: { bird: find('bird'), birdc: find('birdc') },
  bird1: {
    bird: join(bird1, 'bird'),
    bird6: join(bird1, 'bird6'),
    birdc: join(bird1, 'birdc'),
    birdc6: join(bird1, 'birdc6'),
  },
  etcd: find('etcd'),
  etcdctl: find('etcdctl'),
  ip: find('ip'),
  ping: find('ping'),
  ss: find('ss'),
} as const;

function find(program: string): string {
  const path = folders.map((folder) => join(folder, program)).find(isExecutable);
  // A missing program fails where it is used, with its name: importing this file must not fail.
  return path ?? join('/usr/bin', program);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
