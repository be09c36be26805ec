/** One rendered file, in pieces. */

/**
 * The bytes of a file in pieces, of which those that didn't change since the last time are the same objects: a file of
 * half a megabyte in which one line changed is neither encoded nor copied as a whole.
 */
export class RenderedFile {
  /** Name inside the output directory, without a folder: `bird_aggr.cfg`. */
  readonly name: string;
  readonly parts: readonly Buffer[];

  constructor(name: string, parts: readonly Buffer[]) {
    this.name = name;
    this.parts = parts;
  }

  /** A file with this text. */
  static ofText(name: string, text: string): RenderedFile {
    return new RenderedFile(name, [Buffer.from(text)]);
  }

  /** The whole text, put together at each call. */
  get text(): string {
    return Buffer.concat(this.parts).toString();
  }

  /** Whether `other` has the same bytes. */
  hasSameBytes(other: RenderedFile): boolean {
    const isSameSplit =
      other.parts.length === this.parts.length &&
      this.parts.every((part, index) => part.length === other.parts[index]?.length);
    return isSameSplit
      ? this.parts.every(
          (part, index) =>
            part === other.parts[index] || part.equals(other.parts[index] ?? NOTHING),
        )
      : Buffer.concat(this.parts).equals(Buffer.concat(other.parts));
  }
}

const NOTHING = Buffer.alloc(0);
