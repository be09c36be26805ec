import { expect, test } from 'vitest';
import { ReplyReader } from '../../../../src/apply/birdc/reply-reader.js';

// A reply to "show status" of BIRD 1.6.8, between the banner and a line that nobody asked for.
const STREAM = [
  '0001 BIRD 1.6.8 ready.',
  '1000-BIRD 1.6.8',
  '1011-Router ID is 192.0.2.1',
  ' Last reboot on 2026-11-23 04:41:44',
  '+Config timeout expired, starting undo',
  '0013 Daemon is up and running',
  '',
].join('\n');

const REPLIES = [
  { code: '0001', lines: [{ code: '0001', text: 'BIRD 1.6.8 ready.' }] },
  {
    code: '0013',
    lines: [
      { code: '1000', text: 'BIRD 1.6.8' },
      { code: '1011', text: 'Router ID is 192.0.2.1' },
      { code: '1011', text: 'Last reboot on 2026-11-23 04:41:44' },
      { code: '0013', text: 'Daemon is up and running' },
    ],
  },
];

test('a stream of lines is read to whole replies', () => {
  expect(new ReplyReader().read(STREAM)).toEqual(REPLIES);
});

test('it does not matter where the stream is cut', () => {
  for (let size = 1; size < STREAM.length; size++) {
    const reader = new ReplyReader();
    const chunks = STREAM.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];

    expect(chunks.flatMap((chunk) => reader.read(chunk))).toEqual(REPLIES);
  }
});
