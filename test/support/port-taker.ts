/** Somebody else who listens on BGP's port: a second BGP daemon. */
import { join } from 'node:path';
import type { BackgroundCommand } from './command.js';
import type { Namespace } from './netns.js';
import { tools } from './tools.js';
import { waitFor } from './wait-for.js';

const LISTEN = `require('node:net').createServer((socket) => socket.destroy())
  .listen({ port: 179, host: process.argv[1], ipv6Only: true })`;

/** Has somebody listen on BGP's port at `address` of a namespace, and waits until it does. @param dir - for what it says */
export async function takePort(
  namespace: Namespace,
  dir: string,
  address: string,
): Promise<BackgroundCommand> {
  const taker = namespace.start(
    process.execPath,
    ['-e', LISTEN, address],
    join(dir, 'port-taker.log'),
  );
  const listening = () => namespace.exec(tools.ss, ['-Hltn', 'sport = :179']);
  await waitFor(async () => (await listening()).includes(':179'), {
    what: `somebody to listen on port 179 of ${address}`,
    everyMs: 50,
  });
  return taker;
}
