import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileSetOf } from '../../../src/render/file-set.js';
import { RenderedFile } from '../../../src/render/rendered-file.js';

/** A file in these pieces. */
function inPieces(name: string, ...pieces: readonly string[]): RenderedFile {
  return new RenderedFile(
    name,
    pieces.map((piece) => Buffer.from(piece)),
  );
}

const pieces = fc.array(fc.constantFrom('', 'a', 'b', 'ab'), { maxLength: 4 });

describe('two files', () => {
  test('have the same bytes exactly when they have the same text, however it is split', () => {
    fc.assert(
      fc.property(pieces, pieces, (left, right) => {
        const [a, b] = [inPieces('x', ...left), inPieces('x', ...right)];

        expect(a.hasSameBytes(b)).toBe(left.join('') === right.join(''));
        expect(b.hasSameBytes(a)).toBe(left.join('') === right.join(''));
      }),
      { numRuns: 500 },
    );
  });

  test('with the same pieces have the same text', () => {
    expect(inPieces('x', 'ä', '', 'b').text).toBe('äb');
    expect(RenderedFile.ofText('x', 'äb').text).toBe('äb');
  });
});

describe('a set of files', () => {
  const a = { name: 'a.cfg', text: 'one two' };
  const b = { name: 'b.cfg', text: 'three' };
  const digest = fileSetOf([a, b], []).digest;

  test('is sorted by name, whatever the order was', () => {
    const set = fileSetOf([b, a], []);

    expect(set.files.map(({ name }) => name)).toEqual(['a.cfg', 'b.cfg']);
    expect(set.digest).toBe(digest);
  });

  test('has the same digest however its files are split', () => {
    expect(fileSetOf([inPieces('a.cfg', 'one', ' ', 'two'), b], []).digest).toBe(digest);
  });

  test.each([
    ['another text', [{ ...a, text: 'one twO' }, b]],
    ['another name', [{ ...a, name: 'c.cfg' }, b]],
    ['a file less', [a]],
    ['an empty file more', [a, b, { name: 'c.cfg', text: '' }]],
    [
      'the texts changed over',
      [
        { ...a, text: b.text },
        { ...b, text: a.text },
      ],
    ],
    [
      'text moved from one file into the next',
      [
        { ...a, text: 'one ' },
        { ...b, text: 'twothree' },
      ],
    ],
  ])('has another digest with %s', (_, files) => {
    expect(fileSetOf(files, []).digest).not.toBe(digest);
  });
});
