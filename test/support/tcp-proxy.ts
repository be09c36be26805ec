/**
 * A TCP proxy on loopback that fails the way networks do: cuts, black holes, refusals, and a cut in the middle of a
 * stream.
 */
import { createServer, type Server, Socket } from 'node:net';
import { freePort } from './free-port.js';

/** What passes a slow proxy does so in pieces, one each time. */
const PIECE_MS = 50;

/** Where the proxy leads; `port` may be changed while it runs. */
export interface TcpTarget {
  readonly port: number;
}

/** Starts a proxy to a port on loopback. Call `close` afterwards. */
export async function startTcpProxy(target: TcpTarget): Promise<TcpProxy> {
  const proxy = new TcpProxy(target);
  await proxy.listen();
  return proxy;
}

/** Both ends of one connection. */
interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  /** Passes on nothing any more. */
  isDead: boolean;
}

/** See the head of this file. */
export class TcpProxy {
  #target: TcpTarget;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #port = 0;
  #isBlackHole = false;
  #isLosing = false;
  #bytesUntilCut: number | undefined;
  #connections = 0;
  #bytesDown = 0;
  #cuts = 0;
  #bytesPerSecond: number | undefined;

  constructor(target: TcpTarget) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** How many connections were accepted so far. */
  get connections(): number {
    return this.#connections;
  }

  /** How many connections are open now. */
  get openConnections(): number {
    return this.#pairs.size;
  }

  /** How often all connections were cut so far. */
  get cuts(): number {
    return this.#cuts;
  }

  /** How many bytes the target has sent through so far. */
  get bytesDown(): number {
    return this.#bytesDown;
  }

  /** Starts (again) to accept connections, on the same port as before, which nobody else gets meanwhile. */
  async listen(): Promise<void> {
    this.#port ||= await freePort();
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', resolve);
    });
  }

  /** Resets all connections; new ones are served. */
  cut(): void {
    this.#cuts++;
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy();
      upstream.destroy();
    }
    this.#pairs.clear();
  }

  /** Cuts once the target has sent so many bytes more. */
  cutAfter(bytes: number): void {
    this.#bytesUntilCut = bytes;
  }

  /**
   * Swallows everything in both directions, without closing anything, for good: TCP has no way back from lost bytes.
   * New connections are accepted and stay silent.
   */
  blackHole(): void {
    this.#isBlackHole = true;
    for (const pair of this.#pairs) {
      pair.isDead = true;
    }
  }

  /** Serves new connections again. */
  heal(): void {
    this.#isBlackHole = false;
  }

  /** Loses what the target sends until `stopLosing`, and goes on: as if the target had never sent it. */
  lose(): void {
    this.#isLosing = true;
  }

  /** Ends `lose`. */
  stopLosing(): void {
    this.#isLosing = false;
  }

  /** From now on each connection gets so many bytes a second from the target; all that there are, without a number. */
  limit(bytesPerSecond?: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Sends new connections to another port. */
  retarget(target: TcpTarget): void {
    this.#target = target;
  }

  /** Cuts everything and refuses connections, until `listen`. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  #accept(client: Socket): void {
    this.#connections++;
    const upstream = new Socket();
    const pair: Pair = { client, upstream, isDead: this.#isBlackHole };
    if (!pair.isDead) {
      upstream.connect(this.#target.port, '127.0.0.1');
    }
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true).on('error', end).on('close', end);
    }
    client.on('data', (data) => {
      if (!pair.isDead) {
        upstream.write(data);
      }
    });
    upstream.on('data', (data) => {
      if (!pair.isDead) {
        this.#slowly(pair, data);
      }
    });
  }

  /** Takes no more from the target before this part is through. */
  #slowly(pair: Pair, data: Buffer): void {
    const { client, upstream, isDead } = pair;
    if (this.#bytesPerSecond === undefined) {
      upstream.resume();
      this.#down(client, data);
      return;
    }
    const count = Math.max(1, Math.ceil((this.#bytesPerSecond * PIECE_MS) / 1_000));
    upstream.pause();
    setTimeout(() => {
      if (isDead || client.destroyed) {
        return;
      }
      this.#down(client, data.subarray(0, count));
      if (data.length > count) {
        this.#slowly(pair, data.subarray(count));
      } else {
        upstream.resume();
      }
    }, PIECE_MS);
  }

  #down(client: Socket, data: Buffer): void {
    this.#bytesDown += data.length;
    if (this.#isLosing) {
      return;
    }
    client.write(data);
    if (this.#bytesUntilCut === undefined) {
      return;
    }
    this.#bytesUntilCut -= data.length;
    if (this.#bytesUntilCut > 0) {
      return;
    }
    this.#bytesUntilCut = undefined;
    // After the write, so that the part before the cut arrives.
    setImmediate(() => this.cut());
  }
}
