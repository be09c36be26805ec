import { expect, test } from 'vitest';
import { parseConfigureReply } from '../../../../src/apply/birdc/configure-reply.js';

// As printed by birdc of 1.6.8, 2.0.12 and 3.3.2; the lines are the same.
const READING = '0001 BIRD 2.0.12 ready.\n0002-Reading configuration from /etc/bird/bird.cfg\n';

test.each([
  ['0003 Reconfigured', { inProgress: false, reply: 'Reconfigured' }],
  ['0004 Reconfiguration in progress', { inProgress: true, reply: 'Reconfiguration in progress' }],
  [
    '0005 Reconfiguration already in progress, queueing new config',
    { inProgress: true, reply: 'Reconfiguration already in progress, queueing new config' },
  ],
])('"%s" is success', (line, expected) => {
  expect(parseConfigureReply(0, `${READING}${line}\n`)).toEqual({ kind: 'loaded', ...expected });
});

test.each([
  [0, 'bird.cfg:52:3 syntax error', { line: 52, column: 3, message: 'syntax error' }],
  [
    1,
    'bird.cfg:57:3 syntax error, unexpected CF_SYM_UNDEFINED',
    { line: 57, column: 3, message: 'syntax error, unexpected CF_SYM_UNDEFINED' },
  ],
  [
    1,
    'bird.cfg:58:10 Unable to open included file x.conf: No such file or directory',
    {
      line: 58,
      column: 10,
      message: 'Unable to open included file x.conf: No such file or directory',
    },
  ],
])('exit status %i with 8002 "%s" is a refusal', (exitCode, text, expected) => {
  expect(parseConfigureReply(exitCode, `${READING}8002 ${text}\n`)).toEqual({
    kind: 'refused',
    refusal: { path: 'bird.cfg', ...expected },
  });
});

test.each([
  '8002 /etc/bird/bird.cfg: No such file or directory',
  '0006 Reconfiguration ignored, shutting down',
  '0019 Nothing to do',
  '8007 Access denied',
  '9001 syntax error',
])('"%s" is a failure that names the reply', (line) => {
  expect(parseConfigureReply(0, `${READING}${line}\n`)).toEqual({
    kind: 'failed',
    reason: `BIRD answered "${line.slice(5)}"`,
  });
});

test.each([
  ['Reconfigured', { kind: 'loaded', inProgress: false, reply: 'Reconfigured' }],
  [
    'Reconfiguration in progress',
    { kind: 'loaded', inProgress: true, reply: 'Reconfiguration in progress' },
  ],
])('a client without reply codes is understood: "%s"', (text, expected) => {
  const output = `BIRD 1.6.8 ready.\nReading configuration from /etc/bird.conf\n${text}\n`;

  expect(parseConfigureReply(0, output)).toEqual(expected);
});

test('a refusal without reply codes is understood, also with exit status 0', () => {
  const output = 'BIRD 1.6.8 ready.\nReading configuration from x.cfg\nx.cfg:4:1 syntax error\n';

  expect(parseConfigureReply(0, output)).toMatchObject({
    kind: 'refused',
    refusal: { path: 'x.cfg', line: 4, column: 1, message: 'syntax error' },
  });
});

test('a client that says nothing and exits 0 has loaded it', () => {
  expect(parseConfigureReply(0, '\n')).toEqual({ kind: 'loaded', inProgress: false, reply: '' });
});

test.each([
  [1, '', 'it ended with status 1 and said nothing'],
  [undefined, '', 'it was ended by a signal and said nothing'],
  [0, 'all fine\n', 'it ended with status 0 and said: all fine'],
  [
    1,
    'Unable to connect to server control socket (/run/bird.ctl): No such file or directory\n',
    'it ended with status 1 and said: Unable to connect to server control socket (/run/bird.ctl): No such file or directory',
  ],
  [0, READING, 'it ended with status 0 and said nothing'],
  [1, `${READING}0003 Reconfigured\n`, 'it ended with status 1 and said: Reconfigured'],
])('exit status %s with %j is a failure', (exitCode, output, reason) => {
  expect(parseConfigureReply(exitCode, output)).toEqual({ kind: 'failed', reason });
});

test('an undo that is scheduled says nothing about the outcome, with its code and without', () => {
  const loaded = { kind: 'loaded', inProgress: false, reply: 'Reconfigured' };

  expect(
    parseConfigureReply(0, `${READING}0022-Undo scheduled in 30 s\n0003 Reconfigured\n`),
  ).toEqual(loaded);
  expect(parseConfigureReply(0, 'Undo scheduled in 30 s\nReconfigured\n')).toEqual(loaded);
  expect(parseConfigureReply(1, 'Undo scheduled in 30 s\nno\n')).toMatchObject({
    reason: 'it ended with status 1 and said: no',
  });
});
