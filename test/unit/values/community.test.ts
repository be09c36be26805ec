import { expect, test } from 'vitest';
import { communityText, parseCommunity } from '../../../src/values/community.js';

test.each([
  ['64512:100', 'standard', '64512:100'],
  ['0:0', 'standard', '0:0'],
  ['65535:65535', 'standard', '65535:65535'],
  ['0065:01', 'standard', '65:1'],
  ['4294967295:0:4294967295', 'large', '4294967295:0:4294967295'],
])('%s is a community (%s)', (text, kind, expected) => {
  const parsed = parseCommunity(text);

  expect(parsed.ok && parsed.value.kind).toBe(kind);
  expect(parsed.ok && communityText(parsed.value)).toBe(expected);
});

test.each([
  '',
  '1',
  '1:',
  ':1',
  '65536:1',
  '1:65536',
  '1:2:4294967296',
  '1:2:3:4',
  '-1:2',
  '1:2 ',
  'a:b',
  '1:2);',
  '0x1:2',
])('%j is no community', (text) => {
  expect(parseCommunity(text)).toMatchObject({ ok: false });
});
