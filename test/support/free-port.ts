/**
 * TCP ports for servers of tests. A port that was given to one process is given to no other while that process lives, so that
 * test files may run side by side, also those of several runs.
 */
import { createServer, type Server } from 'node:net';

// Below Linux's ephemeral range (32768 and up): a server that restarts on its port must not find that some outgoing
// connection was given it meanwhile.
const LOWEST = 12_000;
const HIGHEST = 32_000;

/** A TCP port on loopback that nothing listens on now, and that is this process's own until it ends. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if ((await reserve(port)) && (await canListen(port))) {
      return port;
    }
  }
}

/**
 * Takes a port for this process. The mark is a socket in Linux's abstract namespace (unix(7)): one process alone can have it,
 * and the kernel takes it away at the end of the process, however that comes.
 */
async function reserve(port: number): Promise<boolean> {
  const mark = await listening(createServer(), `\0birdkeeper-test-port-${port}`);
  mark?.unref();
  return mark !== undefined;
}

async function canListen(port: number): Promise<boolean> {
  const server = await listening(createServer(), port);
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  return server !== undefined;
}

/** The server once it listens; `undefined` when another one does. */
function listening(server: Server, where: string | number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    const told = (): void => resolve(server);
    if (typeof where === 'string') {
      server.listen(where, told);
    } else {
      server.listen(where, '127.0.0.1', told);
    }
  });
}
