/** A connection to BIRD's control socket, for questions and to notice when BIRD goes away. */

import { createConnection, type Socket } from 'node:net';

import type { Clock } from '../../base/clock.js';
import { type BirdReply, ReplyReader } from './reply-reader.js';

/** BIRD can't be reached on its control socket, or doesn't answer. */
export class BirdSocketError extends Error {
  override readonly name = 'BirdSocketError';
  readonly socketPath: string;
  /** What an operator can do. */
  readonly advice: string;
  readonly isRetryable = true;

  constructor(socketPath: string, reason: string, cause?: unknown) {
    super(`BIRD's control socket ${socketPath}: ${reason}`, { cause });
    this.socketPath = socketPath;
    this.advice = `check that BIRD runs with -s ${socketPath}, and that this user may use the socket`;
  }
}

/** What a connection needs. */
export interface ControlClientOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  /** For the connection to be made, and for each answer. */
  readonly timeoutMs: number;
}

interface Waiting {
  resolve(reply: BirdReply): void;
  reject(error: BirdSocketError): void;
}

/** One open connection. Commands are answered in order. */
export class ControlClient {
  readonly #options: ControlClientOptions;
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  readonly #waiting: Waiting[] = [];
  readonly #banner: Promise<BirdReply>;
  #failure: BirdSocketError | undefined;

  /**
   * Connects. BIRD's banner is not waited for: a BIRD that reads a large configuration is busy, but there.
   *
   * @throws {BirdSocketError}
   */
  static async connect(options: ControlClientOptions): Promise<ControlClient> {
    const socket = createConnection(options.socketPath);
    const client = new ControlClient(socket, options);
    await client.#connected();
    return client;
  }

  private constructor(socket: Socket, options: ControlClientOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#banner = this.#nextReply();
    // Only those who ask for the version care for the banner.
    this.#banner.catch(() => {});
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      for (const reply of this.#reader.read(chunk)) {
        this.#waiting.shift()?.resolve(reply);
      }
    });
    socket.on('error', (error) => this.#fail(error.message, error));
    socket.on('close', () => this.#fail('BIRD closed the connection'));
  }

  /** The first line that BIRD says: `BIRD 2.0.12 ready.` @throws {BirdSocketError} */
  async banner(): Promise<string> {
    const { lines } = await this.#withDeadline(this.#banner, 'its banner');
    return lines.map(({ text }) => text).join(' ');
  }

  /** The whole reply to one command. @throws {BirdSocketError} */
  query(command: string): Promise<BirdReply> {
    const reply = this.#nextReply();
    this.#socket.write(`${command}\n`);
    return this.#withDeadline(reply, `the answer to "${command}"`);
  }

  /** Calls `listener` once the connection is gone, for whatever reason. */
  onClose(listener: () => void): void {
    this.#socket.once('close', listener);
    if (this.#socket.closed) {
      listener();
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #connected(): Promise<void> {
    const connected = new Promise<void>((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('close', () => reject(this.#failure));
    });
    return this.#withDeadline(connected, 'the connection');
  }

  #nextReply(): Promise<BirdReply> {
    return new Promise((resolve, reject) => {
      if (this.#failure === undefined) {
        this.#waiting.push({ resolve, reject });
      } else {
        reject(this.#failure);
      }
    });
  }

  async #withDeadline<T>(answer: Promise<T>, what: string): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    // An answer that comes late would be taken for that to the next command: the connection ends with the deadline.
    const cancel = clock.after(timeoutMs, () => {
      this.#fail(`no sign of ${what} within ${timeoutMs} ms`);
      this.#socket.destroy();
    });
    try {
      return await answer;
    } finally {
      cancel();
    }
  }

  #fail(reason: string, cause?: unknown): void {
    this.#failure ??= new BirdSocketError(this.#options.socketPath, reason, cause);
    for (const { reject } of this.#waiting.splice(0)) {
      reject(this.#failure);
    }
  }
}

/** Asks BIRD one question over a connection of its own. @throws {BirdSocketError} */
export async function queryBird(
  options: ControlClientOptions,
  command: string,
): Promise<BirdReply> {
  const client = await ControlClient.connect(options);
  try {
    return await client.query(command);
  } finally {
    client.close();
  }
}
