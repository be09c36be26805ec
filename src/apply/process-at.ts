import { statSync } from 'node:fs';

/**
 * Which BIRD process answers at a control socket: BIRD makes the socket anew at each start, so the socket's inode and time
 * tell processes apart. `undefined` without a socket.
 */
export function processAt(socketPath: string): string | undefined {
  try {
    const stats = statSync(socketPath, { bigint: true, throwIfNoEntry: false });
    return stats && `${stats.dev}:${stats.ino}:${stats.mtimeNs}`;
  } catch {
    // Not ours to look at: as good as none.
    return undefined;
  }
}
