/** Texts of records that were printed before. */

/**
 * Prints lists of immutable records and keeps each record's text.
 *
 * From one list to the next most records are the same ones in the same order, so the last list is walked alongside:
 * an unchanged record costs one comparison. A look-up by object, which is ten times that, is for the others.
 */
export class RecordTexts {
  readonly #print: (record: object) => string;
  readonly #textOf = new WeakMap<object, string>();
  #records: readonly object[] = [];
  #texts: readonly string[] = [];

  constructor(print: (record: object) => string) {
    this.#print = print;
  }

  /** The texts of `records`, one after the other. */
  printAll(records: readonly object[]): string {
    const texts: string[] = [];
    // Where the last list goes on: behind by one for each record added, ahead for each one removed.
    let old = 0;
    for (const [index, record] of records.entries()) {
      if (this.#records[old] !== record && this.#records[old + 1] === record) {
        old += 1;
      }
      const known = this.#records[old] === record ? this.#texts[old] : undefined;
      texts.push(known ?? this.#lookUp(record));
      const isAdded = known === undefined && this.#records[old] === records[index + 1];
      old += isAdded ? 0 : 1;
    }
    this.#records = records;
    this.#texts = texts;
    return texts.join('');
  }

  #lookUp(record: object): string {
    let text = this.#textOf.get(record);
    if (text === undefined) {
      // A concatenation is kept by V8 as a tree of its parts; joining it 200 times a minute would walk the tree each time.
      text = Buffer.from(this.#print(record)).toString();
      this.#textOf.set(record, text);
    }
    return text;
  }
}
