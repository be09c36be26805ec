import { Server } from 'node:http';
import { assert, expect, test, vi } from 'vitest';
import { HttpServer } from '../../../src/observe/http-server.js';

test('connections that cannot be accepted, one after the other, do not end the daemon', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen');
  const page = { status: 200, contentType: 'text/plain', body: 'a\n' };
  const server = await HttpServer.listen('127.0.0.1', 0, { '/': () => page });
  const inner = listen.mock.contexts[0];
  listen.mockRestore();

  try {
    // What Node emits when the process has no file descriptor left.
    assert(inner instanceof Server);
    for (let i = 0; i < 3; i++) {
      inner.emit('error', new Error('accept EMFILE'));
    }

    expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('a\n');
  } finally {
    await server.close();
  }
});
