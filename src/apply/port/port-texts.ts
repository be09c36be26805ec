/** What is told of who has BGP's port. Pure. */

import type { BirdDaemon } from '../../render/file-set.js';
import { BGP_PORT } from '../../values/bgp-port.js';
import type { ListeningSocket } from './listening-sockets.js';

/** Somebody who listens. */
export interface PortHolder extends ListeningSocket {
  /** Absent where it can't be seen. */
  readonly process?: { readonly pid: string; readonly name: string };
}

/** Who that is, in words. */
export function holdersText(holders: readonly PortHolder[]): string {
  if (holders.length === 0) {
    return `nobody is seen on port ${BGP_PORT} from here`;
  }
  const texts = holders.map(({ process, uid, address }) => {
    const who =
      process === undefined
        ? `a process of user id ${uid}, which cannot be seen from here,`
        : `${process.name} (process ${process.pid})`;
    return `${who} holds port ${BGP_PORT} on ${address}`;
  });
  return [...new Set(texts)].join('; ');
}

/** What that means for the BIRD that wants the port, in words. */
export function portText({
  daemon,
  count,
  holder,
}: {
  readonly daemon: BirdDaemon;
  /** How many sessions are down for that; not named unless told. */
  readonly count?: number;
  readonly holder: string;
}): string {
  const sessions =
    count === undefined
      ? 'its sessions are'
      : count === 1
        ? '1 session is'
        : `${count} sessions are`;
  return `${daemon} could not open its listening socket, and ${sessions} down for that: ${holder}`;
}
