import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/values/secret.js';

test('a secret gives its text only when it is asked to', () => {
  expect(new Secret('geheim').reveal()).toBe('geheim');
});

test('a secret prints as [redacted], however it is printed', () => {
  const secret = new Secret('geheim');

  expect(`${secret}`).toBe('[redacted]');
  expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
  expect(inspect({ secret }, { showHidden: true, depth: 9 })).toBe('{ secret: [redacted] }');
  expect(format('%s %o %j', secret, secret, secret)).not.toContain('geheim');
  expect({ ...secret }).toEqual({});
});

test('no text of a secret is in what is printed of it', () => {
  // Long enough not to be a part of [redacted] by chance.
  const texts = fc.string({ minLength: 12 });

  fc.assert(
    fc.property(texts, (text) => {
      const secret = new Secret(text);
      const printed = [String(secret), JSON.stringify([secret]), inspect({ secret })].join('\n');

      expect(printed).not.toContain(text);
    }),
  );
});
