/** A control socket whose BIRD says what a test tells it to: for what the real one can't be made to do. */
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { folderForTest } from './folder.js';

/** What it is to say. */
export interface Script {
  /** The banner without its code; `undefined` for a BIRD that is too busy to say anything. */
  banner(): string | undefined;
  /** The whole reply to a command, with codes and without the last line feed. */
  reply(command: string): string;
}

/** One such socket, gone after the test. */
export interface ScriptedBird {
  readonly socketPath: string;
  /** The commands so far. */
  readonly commands: readonly string[];
  /** How many connections were made. */
  connections(): number;
}

/** Listens. */
export async function scriptedBird(script: Script): Promise<ScriptedBird> {
  const socketPath = join(await folderForTest(), 'bird.ctl');
  const commands: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const banner = script.banner();
    if (banner !== undefined) {
      socket.write(`0001 ${banner}\n`);
    }
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const command of text.split('\n').filter((line) => line !== '')) {
        commands.push(command);
        socket.write(`${script.reply(command)}\n`);
      }
    });
  });
  server.listen(socketPath);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  return { socketPath, commands, connections: () => sockets.length };
}
