import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  type HttpLimits,
  HttpServer,
  LIMITS,
  ListenError,
  MAX_CONNECTIONS,
  type Pages,
} from '../../../src/observe/http-server.js';
import { freePort } from '../../support/free-port.js';
import { waitFor } from '../../support/wait-for.js';

const PAGES: Pages = {
  '/': () => ({ status: 200, contentType: 'text/html', body: '<p>grüezi</p>' }),
  '/busy': async () => ({ status: 503, contentType: 'text/plain', body: 'busy\n' }),
  '/broken': () => {
    throw new Error('no template');
  },
};

/** A server with `PAGES` for the test in hand, and a way to ask it. */
async function serverForTest(wantedPort = 0, limits: Partial<HttpLimits> = {}) {
  const errors: unknown[] = [];
  const server = await HttpServer.listen(
    '127.0.0.1',
    wantedPort,
    PAGES,
    (error) => errors.push(error),
    { ...LIMITS, ...limits },
  );
  onTestFinished(() => server.close());
  const ask = (path: string, method = 'GET'): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  return { server, ask, errors };
}

test('a page is served with its type and length, not to be cached or run', async () => {
  const { ask } = await serverForTest();

  const response = await ask('/');

  expect(response.status).toBe(200);
  expect(await response.text()).toBe('<p>grüezi</p>');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-length': '14',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
});

test('a page says its own status, and a query changes nothing', async () => {
  const { ask } = await serverForTest();

  const response = await ask('/busy?verbose=1');

  expect(response.status).toBe(503);
  expect(await response.text()).toBe('busy\n');
});

test('HEAD gives the headers of GET and no body', async () => {
  const { ask } = await serverForTest();

  const response = await ask('/', 'HEAD');

  expect(response.status).toBe(200);
  expect(response.headers.get('content-length')).toBe('14');
  expect(await response.text()).toBe('');
});

test.each(['/no', '/busy/', '/__proto__', '/toString'])(
  'GET %s is not found, and the answer says what is there',
  async (path) => {
    const { ask } = await serverForTest();

    const response = await ask(path);

    expect(response.status).toBe(404);
    expect(await response.text()).toBe('there is: / /busy /broken\n');
  },
);

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
  const { ask } = await serverForTest();

  const response = await ask('/', method);

  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
  expect(await response.text()).toBe('only GET and HEAD\n');
});

test('a page that fails says why, is told to the daemon, and the others go on', async () => {
  const { ask, errors } = await serverForTest();

  const response = await ask('/broken');

  expect(response.status).toBe(500);
  expect(await response.text()).toBe('no template\n');
  expect(errors).toEqual([new Error('no template')]);
  expect((await ask('/')).status).toBe(200);
});

test('a port that is taken is an error that names it and what to do', async () => {
  const { server } = await serverForTest();

  const second = HttpServer.listen('127.0.0.1', server.port, PAGES);

  await expect(second).rejects.toThrow(ListenError);
  await expect(second).rejects.toThrow(
    `cannot listen on 127.0.0.1:${server.port}: listen EADDRINUSE: address already in use 127.0.0.1:${server.port}; set --listen (BIRDKEEPER_LISTEN), or --listen off`,
  );
});

test('an address that this machine does not have is an error', async () => {
  await expect(HttpServer.listen('192.0.2.1', 0, PAGES)).rejects.toThrow(
    /^cannot listen on 192\.0\.2\.1:0: .*EADDRNOTAVAIL/,
  );
});

test('closing ends connections that are open, and frees the port', async () => {
  // One that nobody else gets meanwhile.
  const port = await freePort();
  const { server } = await serverForTest(port);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  // Half of a request: the server waits for the rest of it.
  socket.write('GET / HTTP/1.1\r\n');
  const ended = new Promise((resolve) => {
    // The server resets it.
    socket.on('error', () => {}).once('close', resolve);
  });

  await server.close();

  await ended;
  const next = await HttpServer.listen('127.0.0.1', port, PAGES);
  expect(next.port).toBe(port);
  await next.close();
});

/** A client that begins a request and never ends it. */
async function halfRequest(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
  return socket;
}

test('a thousand clients that never end their request shut nobody out', async () => {
  const { server, ask } = await serverForTest(0, { headersTimeout: 0, requestTimeout: 0 });
  const sockets = await Promise.all(Array.from({ length: 1000 }, () => halfRequest(server.port)));

  expect((await ask('/')).status).toBe(200);
  const isEnough = () =>
    sockets.filter(({ closed }) => closed).length >= sockets.length - MAX_CONNECTIONS;
  await waitFor(isEnough, { what: 'the oldest connections to end' });
});

test('a request that is not whole after some seconds ends, and so does one with too much of a header', async () => {
  const { server, ask } = await serverForTest();
  const slow = await halfRequest(server.port);
  const long = await halfRequest(server.port);
  long.write('x'.repeat(20_000));
  slow.resume();
  long.resume();

  await waitFor(() => slow.closed && long.closed, { what: 'both connections to end' });
  expect((await ask('/')).status).toBe(200);
});
