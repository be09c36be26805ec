/** protobufjs' reader and writer, made fit for messages that are read and written field by field. */
import protobuf from 'protobufjs/minimal.js';

export type Reader = protobuf.Reader;

/** What an absent field of bytes holds. */
export const NOTHING: Uint8Array = new Uint8Array(0);

const WIRE_TYPE = { varint: 0, lengthDelimited: 2 } as const;

/** A reader of one message. */
export function readerOf(bytes: Buffer): Reader {
  return protobuf.Reader.create(bytes);
}

/**
 * Reads the fields of a message that ends at `end`. `read` takes the field of the number that it is given from the reader,
 * or returns false; then the field is passed over, so that a newer etcd may send more.
 */
export function readFields(reader: Reader, end: number, read: (field: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3)) {
      reader.skipType(tag & 7);
    }
  }
  if (reader.pos > end) {
    throw new RangeError("etcd's answer ends in the middle of a field");
  }
}

/**
 * A 64-bit integer as a number.
 *
 * @throws {RangeError} beyond 2^53: a store with 10,000 writes a second gets there in 28,000 years, and a wrong revision
 *   would lose changes in silence
 */
export function numberOf({ high, low }: Pick<ReturnType<Reader['int64']>, 'high' | 'low'>): number {
  const number = high * 2 ** 32 + (low >>> 0);
  if (!Number.isSafeInteger(number)) {
    throw new RangeError(`etcd tells a number beyond 2^53: ${number}`);
  }
  return number;
}

/** Writes the fields of one message. What is undefined is left out, and so takes its default. */
export class Writer {
  readonly #writer = protobuf.Writer.create();

  bytes(field: number, value: Uint8Array | undefined): this {
    if (value !== undefined) {
      this.#tag(field, WIRE_TYPE.lengthDelimited).bytes(value);
    }
    return this;
  }

  text(field: number, value: string): this {
    this.#tag(field, WIRE_TYPE.lengthDelimited).string(value);
    return this;
  }

  /** Exact up to 2^53. */
  integer(field: number, value: number | undefined): this {
    if (value !== undefined) {
      this.#tag(field, WIRE_TYPE.varint).int64(value);
    }
    return this;
  }

  boolean(field: number, value: boolean | undefined): this {
    if (value !== undefined) {
      this.#tag(field, WIRE_TYPE.varint).bool(value);
    }
    return this;
  }

  /** The message. */
  finish(): Buffer {
    const bytes = this.#writer.finish();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  #tag(field: number, wireType: number): protobuf.Writer {
    return this.#writer.uint32((field << 3) | wireType);
  }
}
