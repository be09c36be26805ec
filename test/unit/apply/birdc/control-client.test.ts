import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  BirdSocketError,
  ControlClient,
  queryBird,
} from '../../../../src/apply/birdc/control-client.js';
import { systemClock } from '../../../../src/base/clock.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { DEADLINE_MS, waitFor } from '../../../support/wait-for.js';
import { STATUS_16 } from './recorded.js';
import { talkingBirdForTest } from './talking-bird.js';

const optionsOf = (socketPath: string) => ({
  socketPath,
  clock: systemClock,
  timeoutMs: DEADLINE_MS,
});

describe('a BIRD that answers', () => {
  test('says its banner, and answers commands in order', async () => {
    const { socketPath, asked } = await talkingBirdForTest({
      'show status': STATUS_16,
      'reload in all': '0015 ',
    });
    const client = await ControlClient.connect(optionsOf(socketPath));

    const answers = [client.query('show status'), client.query('reload in all')];

    await expect(client.banner()).resolves.toBe('BIRD 2.0.12 ready.');
    expect((await Promise.all(answers)).map(({ code }) => code)).toEqual(['0013', '0015']);
    expect(asked).toEqual(['show status', 'reload in all']);
    client.close();
  });

  test('says the same banner to whoever asks later', async () => {
    const { socketPath } = await talkingBirdForTest({ 'show status': STATUS_16 });
    const client = await ControlClient.connect(optionsOf(socketPath));
    await client.query('show status');

    await expect(client.banner()).resolves.toBe('BIRD 2.0.12 ready.');
    await expect(client.banner()).resolves.toBe('BIRD 2.0.12 ready.');
    client.close();
  });

  test('with an error has answered all the same', async () => {
    const { socketPath } = await talkingBirdForTest({});

    await expect(queryBird(optionsOf(socketPath), 'show nothing')).resolves.toEqual({
      code: '9001',
      lines: [{ code: '9001', text: 'syntax error, unexpected CF_SYM_UNDEFINED' }],
    });
  });

  test('is asked once by one question, over a connection that ends with it', async () => {
    const bird = await talkingBirdForTest({ 'show status': STATUS_16 });

    const { lines } = await queryBird(optionsOf(bird.socketPath), 'show status');

    expect(lines.map(({ text }) => text)).toEqual([
      'BIRD 1.6.8',
      'Router ID is 172.17.42.31',
      'Current server time is 2026-11-23 04:41:49',
      'Last reboot on 2026-11-23 04:41:44',
      'Last reconfiguration on 2026-11-23 04:41:49',
      'Daemon is up and running',
    ]);
    expect(bird.asked).toEqual(['show status']);
  });
});

describe('a BIRD that is not there', () => {
  test('is told with its socket and what to do', async () => {
    const socketPath = join(await folderForTest(), 'bird.ctl');

    const error = await queryBird(optionsOf(socketPath), 'show status').catch((e: unknown) => e);

    expect(error).toBeInstanceOf(BirdSocketError);
    expect(error).toMatchObject({
      name: 'BirdSocketError',
      message: `BIRD's control socket ${socketPath}: connect ENOENT ${socketPath}`,
      advice: `check that BIRD runs with -s ${socketPath}, and that this user may use the socket`,
      socketPath,
      isRetryable: true,
    });
  });

  test('is one whose socket is a plain file', async () => {
    const socketPath = join(await folderForTest(), 'bird.ctl');
    writeFileSync(socketPath, '');

    await expect(ControlClient.connect(optionsOf(socketPath))).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a BIRD that goes away', () => {
  test('leaves no question open, and answers none that comes later', async () => {
    const bird = await talkingBirdForTest({ 'show status': '1000-BIRD 1.6.8' });
    const client = await ControlClient.connect(optionsOf(bird.socketPath));
    await client.banner();
    const half = client.query('show status').catch((error: unknown) => error);
    await waitFor(() => bird.asked.length > 0, { what: 'the question' });

    bird.hangUp();

    expect(await half).toBeInstanceOf(BirdSocketError);
    expect(await half).toMatchObject({
      message: `BIRD's control socket ${bird.socketPath}: BIRD closed the connection`,
    });
    await expect(client.query('show status')).rejects.toThrow('BIRD closed the connection');
    await expect(client.banner()).resolves.toBe('BIRD 2.0.12 ready.');
  });

  test('is noticed by whoever wants to know, also when it was gone before', async () => {
    const bird = await talkingBirdForTest({});
    const client = await ControlClient.connect(optionsOf(bird.socketPath));
    await client.banner();
    const told: string[] = [];
    client.onClose(() => told.push('first'));

    bird.hangUp();
    await waitFor(() => told.length > 0, { what: 'the end of the connection' });
    client.onClose(() => told.push('second'));

    expect(told).toEqual(['first', 'second']);
  });
});

describe('a BIRD that does not answer', () => {
  test.each([
    ['its banner', (client: ControlClient) => client.banner()],
    ['the answer to "show status"', (client: ControlClient) => client.query('show status')],
  ])('is given up after a while: no %s', async (what, ask) => {
    const bird = await talkingBirdForTest({ 'show status': '1000-BIRD 2.0.12' }, '');
    const { socketPath } = bird;
    const clock = new ManualClock();
    const client = await ControlClient.connect({ socketPath, clock, timeoutMs: 5_000 });
    const failed = ask(client).catch((error: unknown) => error);

    clock.advance(5_000);

    expect(await failed).toMatchObject({
      name: 'BirdSocketError',
      message: `BIRD's control socket ${socketPath}: no sign of ${what} within 5000 ms`,
    });
    // A late answer would be taken for that to the next command.
    await expect(client.query('show protocols')).rejects.toThrow('no sign of');
    await waitFor(() => bird.connections === 0, { what: 'the end of the connection' });
  });

  test('in time is none that is late: a deadline ends with its answer', async () => {
    const { socketPath } = await talkingBirdForTest({ 'show status': STATUS_16 });
    const clock = new ManualClock();
    const client = await ControlClient.connect({ socketPath, clock, timeoutMs: 5_000 });
    await client.query('show status');

    clock.advance(60_000);

    await expect(client.query('show status')).resolves.toMatchObject({ code: '0013' });
    client.close();
  });
});
