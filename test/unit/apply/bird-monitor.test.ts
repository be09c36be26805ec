import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BirdMonitor, type BirdPresence } from '../../../src/apply/bird-monitor.js';
import { systemClock } from '../../../src/base/clock.js';
import { folderForTest } from '../../support/folder.js';
import { waitFor } from '../../support/wait-for.js';

test('a BIRD that takes the place of a killed one while it is called is told as another', async () => {
  const dir = await folderForTest();
  const socketPath = join(dir, 'bird.ctl');
  const [first, second] = [
    await listening(join(dir, 'first')),
    await listening(join(dir, 'second')),
  ];
  renameSync(first.path, socketPath);
  // Asked for twice after the end of the first: for a look at the socket that a killed BIRD leaves behind, and for the call.
  let asked = Number.NEGATIVE_INFINITY;
  const told: BirdPresence[] = [];
  const monitor = new BirdMonitor({
    get socketPath() {
      asked += 1;
      if (asked === 2) {
        renameSync(second.path, socketPath);
      }
      return socketPath;
    },
    clock: systemClock,
    onChange: (presence) => told.push(presence),
  });
  await monitor.start();
  onTestFinished(() => monitor.close());

  asked = 0;
  first.kill();

  await waitFor(() => second.connections() > 0, { what: 'the second to be called' });
  await waitFor(() => told.length > 0, { what: 'another BIRD to be told of' });
  expect(told.at(-1)?.isUp).toBe(true);
});

/** A server on a control socket, which stays when it is moved before the server ends. */
async function listening(path: string) {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
  });
  server.listen(path);
  await once(server, 'listening');
  const kill = (): void => {
    server.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  onTestFinished(kill);
  return { path, connections: () => sockets.length, kill };
}
