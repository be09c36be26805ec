import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordTexts } from '../../../src/render/record-texts.js';

/** Prints `name`, and remembers for which records it was asked to. */
class Printer {
  readonly printed: object[] = [];
  readonly texts = new RecordTexts((record) => {
    this.printed.push(record);
    return textOf(record);
  });

  print(records: readonly object[]): string {
    return Buffer.concat(this.texts.printAll(records)).toString();
  }
}

function textOf(record: object): string {
  return `${JSON.stringify(record)};\n`;
}

function records(count: number): readonly object[] {
  return Array.from({ length: count }, (_, number) => ({ number }));
}

test('each record is printed once, wherever it moves', () => {
  const printer = new Printer();
  const all = records(300);
  printer.print(all);
  printer.print(all.toReversed());
  printer.print(all.slice(5));
  printer.print(all);

  expect(printer.printed).toEqual(all);
});

test('a record in the place of an equal one is printed anew, since only the same one is known', () => {
  const printer = new Printer();
  const all = records(300);
  printer.print(all);
  printer.print(all.with(200, { number: 'other' }));

  expect(printer.printed.slice(300)).toEqual([{ number: 'other' }]);
});

test('one change leaves the pieces before it and of other chunks alone', () => {
  const printer = new Printer();
  const all = records(1_000);
  const before = printer.texts.printAll(all);
  const after = printer.texts.printAll(all.with(500, { number: 'other' }));

  expect(after.length).toBe(before.length);
  expect(after.filter((piece, index) => piece !== before[index])).toHaveLength(1);
});

test('two lists in turn, one for each family, both keep their pieces', () => {
  const printer = new Printer();
  const [ipv4, ipv6] = [records(300), records(300)];
  const pieces = [ipv4, ipv6].map((list) => printer.texts.printAll(list));
  const again = [ipv4.with(299, {}), [...ipv6, {}]].map((list) => printer.texts.printAll(list));

  expect(
    again.map((list, index) => list.filter((piece, at) => piece === pieces[index]?.[at])),
  ).toEqual(pieces.map((list) => list.slice(0, 2)));
});

test('after any changes the text is that of the records, one after the other', () => {
  const pool = records(400);
  const list = fc
    .tuple(fc.nat(399), fc.nat(399), fc.nat(399), fc.boolean())
    .map(([start, end, left, isReversed]) => {
      const part = pool.slice(start, end).filter((record) => record !== pool[left]);
      return isReversed ? part.toReversed() : part;
    });
  fc.assert(
    fc.property(fc.array(list, { maxLength: 6 }), (lists) => {
      const printer = new Printer();
      for (const part of lists) {
        expect(printer.print(part)).toBe(part.map(textOf).join(''));
      }
    }),
  );
});
