import { expect, test } from 'vitest';
import { refusalOf } from '../../../../src/apply/check/refusal.js';
import { fileSetOf } from '../../../../src/render/file-set.js';

const FILES = fileSetOf(
  [{ name: 'bird.cfg', text: 'router id 192.0.2.1;\n  password "s3cret"; foo\n' }],
  [],
);

test('a refusal gives the name of the file and the refused line, without passwords', () => {
  const refusal = {
    path: '/etc/birdkeeper/config/.birdkeeper/generations/7/bird.cfg',
    line: 2,
    column: 22,
    message: 'syntax error',
  };

  expect(refusalOf('bird', refusal, FILES)).toEqual({
    daemon: 'bird',
    file: 'bird.cfg',
    line: 2,
    column: 22,
    message: 'syntax error',
    text: 'password "[redacted]"; foo',
  });
});

test("a refusal in an operator's own include gives its whole path", () => {
  const refusal = { path: '/etc/bird/mine.conf', line: 3, message: 'syntax error' };

  expect(refusalOf('bird', refusal, FILES)).toEqual({
    daemon: 'bird',
    file: '/etc/bird/mine.conf',
    line: 3,
    message: 'syntax error',
  });
});
