import { expect, test } from 'vitest';
import { parseSeconds } from '../../../src/values/duration.js';

test.each([
  ['0', 0],
  ['0s', 0],
  ['10s', 10],
  ['1m30s', 90],
  ['1h0m0.5s', 3601],
  ['1.4s', 1],
  ['1500ms', 2],
  ['+5s', 5],
  ['.5m', 30],
])('%j lasts %d s', (text, seconds) => {
  expect(parseSeconds(text)).toEqual({ ok: true, value: seconds });
});

test.each(['', '10', 's', '-1s', '1 m', '1m 30s', '1d', '1e3s', '1m30', '1s\n'])(
  '%j is no duration',
  (text) => {
    expect(parseSeconds(text)).toMatchObject({ ok: false });
  },
);

// A pattern that could split digits in two ways took minutes for 5,000 of them.
test.each(['9'.repeat(100_000), `${'1s'.repeat(50_000)}x`])('no duration: %.20s', (text) => {
  expect(parseSeconds(text)).toMatchObject({ ok: false });
});
