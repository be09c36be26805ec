import { expect, test } from 'vitest';
import { originOfLine } from '../../../src/render/origin-of-line.js';

const TEXT = [
  'router id 192.0.2.1;',
  '# from /calico/a',
  'protocol bgp a {',
  '}',
  '  # from /calico/b c',
  '  route 198.18.0.0/26 blackhole;',
  '# from afar',
  '',
].join('\n');

test.each([
  ['above all comments', 1, undefined],
  ['the comment itself', 2, '/calico/a'],
  ['right below', 3, '/calico/a'],
  ['some lines below', 4, '/calico/a'],
  ['below an indented comment of a key with a blank', 6, '/calico/b c'],
  ['beyond the end', 99, 'afar'],
  ['before the start', 0, undefined],
])('%s (line %i): %s', (_, line, origin) => {
  expect(originOfLine(TEXT, line)).toBe(origin);
});

test('a comment in the middle of a line is none', () => {
  expect(originOfLine('print "# from x"; # from /calico/a', 1)).toBeUndefined();
});
