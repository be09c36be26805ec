/** Texts of records that were printed before. */

/** Records whose texts are kept joined: large enough that few are joined, small enough that one change joins little. */
const CHUNK_SIZE = 128;

/**
 * Prints lists of immutable records and keeps each record's text.
 *
 * From one list to the next most records are the same ones in the same places, so the last list is kept with the joined
 * text of each chunk: an unchanged chunk costs a comparison of pointers. A look-up by object is for the others.
 */
export class RecordTexts {
  readonly #print: (record: object) => string;
  readonly #textOf = new WeakMap<object, string>();
  #chunks: readonly Chunk[] = [];

  constructor(print: (record: object) => string) {
    this.#print = print;
  }

  /** The texts of `records`, one after the other, encoded and in pieces. */
  printAll(records: readonly object[]): readonly Buffer[] {
    const chunks: Chunk[] = [];
    for (let start = 0; start < records.length; start += CHUNK_SIZE) {
      const part = records.slice(start, start + CHUNK_SIZE);
      const known = this.#chunks[chunks.length];
      chunks.push(known !== undefined && isSame(known.records, part) ? known : this.#join(part));
    }
    this.#chunks = chunks;
    return chunks.map(({ bytes }) => bytes);
  }

  #join(records: readonly object[]): Chunk {
    return { records, bytes: Buffer.from(records.map((record) => this.#lookUp(record)).join('')) };
  }

  #lookUp(record: object): string {
    let text = this.#textOf.get(record);
    if (text === undefined) {
      text = flat(this.#print(record));
      this.#textOf.set(record, text);
    }
    return text;
  }
}

interface Chunk {
  readonly records: readonly object[];
  readonly bytes: Buffer;
}

function isSame(a: readonly object[], b: readonly object[]): boolean {
  if (a.length !== b.length) {
    return false;
  }
  for (let index = 0; index < a.length; index += 1) {
    if (a[index] !== b[index]) {
      return false;
    }
  }
  return true;
}

/** The same text in one piece: V8 keeps a concatenation as a tree of its parts, which every later join would walk. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}
