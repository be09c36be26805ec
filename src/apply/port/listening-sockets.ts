/** Reads Linux' tables of sockets. Pure. */

import { endianness } from 'node:os';

import ipaddr from 'ipaddr.js';

/** A TCP socket that listens. */
export interface ListeningSocket {
  readonly address: string;
  /** Of the user who opened it. */
  readonly uid: number;
  readonly inode: string;
}

/** TCP_LISTEN of the kernel's include/net/tcp_states.h */
const LISTEN = '0A';
/** SO_ACCEPTCON of the kernel's include/uapi/linux/net.h: a socket of a server, not one of its connections. */
const ACCEPTS = '00010000';

/** The sockets that listen on `port`, by a text of `/proc/net/tcp` or `/proc/net/tcp6` (proc(5)). */
export function listeningSockets(table: string, port: number): readonly ListeningSocket[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , uid, , inode = ''] = line.trim().split(/\s+/);
    return state === LISTEN && local.endsWith(end)
      ? [{ address: addressOf(local.slice(0, -end.length)), uid: Number(uid), inode }]
      : [];
  });
}

/** The inode of the server's socket at `path`, by a text of `/proc/net/unix`; `undefined` when there is none. */
export function unixServerInode(table: string, path: string): string | undefined {
  for (const line of table.split('\n')) {
    const [, , , flags, , , inode, ...words] = line.trim().split(/\s+/);
    if (flags === ACCEPTS && words.join(' ') === path) {
      return inode;
    }
  }
  return undefined;
}

/** The kernel prints an address as words of 32 bits in the machine's order of bytes. */
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const ofWord = [...Buffer.from(word, 'hex')];
    return endianness() === 'LE' ? ofWord.reverse() : ofWord;
  });
  return ipaddr.fromByteArray(bytes).toString();
}
