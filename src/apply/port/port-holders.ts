/**
 * Finds out who has BGP's port on this host. It takes no right to see that somebody listens, and for which user. It takes root, or
 * the same user and the same process namespace, to see which process it is.
 */

import { readdir, readFile, readlink } from 'node:fs/promises';
import { BGP_PORT } from '../../values/bgp-port.js';

import { type ListeningSocket, listeningSockets, unixServerInode } from './listening-sockets.js';
import type { PortHolder } from './port-texts.js';

/** See the head of this file. */
export class PortHolders {
  readonly #socketPath: string;
  #lookedFor = '';
  #found: readonly PortHolder[] = [];

  /** @param socketPath - the control socket of our BIRD, whose own sockets don't count */
  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Everybody who listens on BGP's port now, but our BIRD as far as it can be told from others. */
  async current(): Promise<readonly PortHolder[]> {
    const sockets = (await Promise.all(['tcp', 'tcp6'].map(netTable))).flatMap((table) =>
      listeningSockets(table, BGP_PORT),
    );
    const ours = unixServerInode(await netTable('unix'), this.#socketPath);
    const lookedFor = [ours, ...sockets.map(({ inode }) => inode)].join(' ');
    // All open files of all processes are looked through: once for each set of sockets.
    if (lookedFor !== this.#lookedFor) {
      this.#found = await withProcesses(sockets, ours);
      this.#lookedFor = lookedFor;
    }
    return this.#found;
  }
}

async function withProcesses(
  sockets: readonly ListeningSocket[],
  ours: string | undefined,
): Promise<readonly PortHolder[]> {
  const inodes = new Set(sockets.map(({ inode }) => inode));
  const owners = new Map<string, PortHolder['process'] & {}>();
  let own: string | undefined;
  // Too many open files, for example: then it is not known who has the port, and that is told.
  const names = await readdir('/proc').catch(() => []);
  for (const pid of names.filter((name) => /^\d+$/.test(name))) {
    for (const inode of await socketsOf(pid)) {
      if (inode === ours) {
        own = pid;
      }
      if (inodes.has(inode)) {
        owners.set(inode, { pid, name: await nameOf(pid) });
      }
    }
  }
  return sockets
    .map((socket) => {
      const process = owners.get(socket.inode);
      return { ...socket, ...(process && { process }) };
    })
    .filter(({ process }) => process === undefined || process.pid !== own);
}

/** The inodes of the sockets that a process has open; none when it isn't ours to look at, or has ended. */
async function socketsOf(pid: string): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(
    files.map((file) => readlink(`${folder}/${file}`).catch(() => '')),
  );
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

async function nameOf(pid: string): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return name.trim() || 'a process';
}

/** Not `/proc/net`, which a service with `ProcSubset=pid` doesn't have. Empty where the kernel has no such table. */
function netTable(name: string): Promise<string> {
  return readFile(`/proc/self/net/${name}`, 'utf8').catch(() => '');
}
