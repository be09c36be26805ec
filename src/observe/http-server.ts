/** Health, metrics and status by HTTP, for probes, Prometheus and people. Five fixed paths, reading only. */

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** How long and how much a client may take: milliseconds and bytes, as Node's `createServer` has them. */
export interface HttpLimits {
  readonly maxHeaderSize: number;
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly connectionsCheckingInterval: number;
}

/** Who is slower than this is no probe. */
export const LIMITS: HttpLimits = {
  maxHeaderSize: 8192,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
};

/** So many connections at most: another one ends the oldest, so that whoever keeps them open shuts nobody out. */
export const MAX_CONNECTIONS = 200;

/** One path: what it answers with. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Pages by path. */
export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

/** The port can't be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** A running server. */
export class HttpServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Serves `pages` on `host` and `port` (0 takes a free one).
   *
   * @param onError - told when a page can't be made, after whoever asked was told
   * @param limits - of each client
   *
   * @throws {ListenError} when the port is taken or not ours to take
   */
  static listen(
    host: string,
    port: number,
    pages: Pages,
    onError: (error: unknown) => void = () => {},
    limits: HttpLimits = LIMITS,
  ): Promise<HttpServer> {
    const server = createServer({ ...limits }, (request, response) => {
      void answer(pages, request.method ?? '', request.url ?? '/', response).catch(onError);
    });
    limitConnections(server);
    return new Promise((resolve, reject) => {
      // It stays: an accept that fails later (too many open files) must not end the daemon. To reject is nothing then.
      server.on('error', (error) =>
        reject(
          new ListenError(
            `cannot listen on ${host}:${port}: ${error.message}; set --listen (BIRDKEEPER_LISTEN), or --listen off`,
            { cause: error },
          ),
        ),
      );
      server.listen(port, host, () => resolve(new HttpServer(server)));
    });
  }

  /** The port that it listens on. */
  get port(): number {
    const address: string | AddressInfo | null = this.#server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  /** Ends at once, open connections included. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

function limitConnections(server: Server): void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const [oldest] = open;
    if (open.size > MAX_CONNECTIONS) {
      oldest?.destroy();
    }
  });
}

async function answer(
  pages: Pages,
  method: string,
  url: string,
  response: ServerResponse,
): Promise<void> {
  const path = url.split('?')[0] ?? '/';
  const find = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (method !== 'GET' && method !== 'HEAD') {
    // RFC 9110 section 15.5.6 wants the header.
    response.setHeader('allow', 'GET, HEAD');
    send(response, { status: 405, contentType: 'text/plain', body: 'only GET and HEAD\n' });
  } else if (find === undefined) {
    const known = Object.keys(pages).join(' ');
    send(response, { status: 404, contentType: 'text/plain', body: `there is: ${known}\n` });
  } else {
    try {
      send(response, await find(), method === 'HEAD');
    } catch (error) {
      const body = `${error instanceof Error ? error.message : String(error)}\n`;
      send(response, { status: 500, contentType: 'text/plain', body });
      throw error;
    }
  }
}

function send(response: ServerResponse, { status, contentType, body }: Page, isHead = false): void {
  response.writeHead(status, {
    'content-type': `${contentType}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
  response.end(isHead ? undefined : body);
}
