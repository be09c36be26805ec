import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { folderForTest } from '../../../support/folder.js';

/** Answers by the command that they answer; without one, BIRD's own for a command that it doesn't know. */
export type Replies = Readonly<Record<string, string>>;

/** A control socket that says what a BIRD was recorded to say. */
export interface TalkingBird {
  readonly socketPath: string;
  /** The commands that came, in order. */
  readonly asked: readonly string[];
  /** How many connections are open. */
  readonly connections: number;
  /** Takes the place of what it answers from now on. */
  say(replies: Replies): void;
  /** Closes all connections, and listens on. */
  hangUp(): void;
  /** Ends, and another process listens in its place. */
  restart(): Promise<void>;
}

/** A BIRD for the test in hand. @param banner - its first line; nothing is said without one */
export async function talkingBirdForTest(
  replies: Replies,
  banner: string | undefined = '0001 BIRD 2.0.12 ready.',
): Promise<TalkingBird> {
  const socketPath = join(await folderForTest(), 'bird.ctl');
  const asked: string[] = [];
  const connections = new Set<Socket>();
  let said = replies;
  const answer = (socket: Socket, command: string): void => {
    asked.push(command);
    socket.write(`${said[command] ?? '9001 syntax error, unexpected CF_SYM_UNDEFINED'}\n`);
  };
  const serve = (): Server =>
    createServer((socket) => {
      connections.add(socket);
      socket.on('error', () => {}).on('close', () => connections.delete(socket));
      socket.setEncoding('utf8').on('data', (text: string) => {
        for (const command of text.split('\n').slice(0, -1)) {
          answer(socket, command);
        }
      });
      if (banner !== '') {
        socket.write(`${banner}\n`);
      }
    });
  const listen = (server: Server): Promise<void> =>
    new Promise((resolve) => server.listen(socketPath, resolve));
  const hangUp = (): void => {
    for (const socket of connections) {
      socket.destroy();
    }
    connections.clear();
  };
  let server = serve();
  await listen(server);
  onTestFinished(() => {
    hangUp();
    server.close();
  });
  return {
    socketPath,
    asked,
    hangUp,
    get connections() {
      return connections.size;
    },
    say(next) {
      said = next;
    },
    async restart() {
      hangUp();
      await new Promise((resolve) => server.close(resolve));
      rmSync(socketPath, { force: true });
      server = serve();
      await listen(server);
    },
  };
}
