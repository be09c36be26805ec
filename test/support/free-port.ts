import { createServer } from 'node:net';

// Below Linux's ephemeral range (32768 and up): a server that restarts on its port must not find that some outgoing
// connection was given it meanwhile.
const LOWEST = 12_000;
const HIGHEST = 32_000;

/** A TCP port on loopback that nothing listens on now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await canListen(port)) {
      return port;
    }
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
