/** The keys that start with one key prefix, in etcd's terms: from `key` up to but not including `rangeEnd`. */
export interface KeyRange {
  readonly keyPrefix: string;
  readonly key: Buffer;
  readonly rangeEnd: Buffer;
}

/**
 * The ranges of some key prefixes: sorted, and none inside another, so that each key belongs to one range.
 *
 * With a range inside another, each change of its keys would come twice, from two watchers, in no known order.
 */
export function keyRangesOf(keyPrefixes: readonly string[]): readonly KeyRange[] {
  const disjoint = [...new Set(keyPrefixes)].filter(
    (prefix) => !keyPrefixes.some((other) => other !== prefix && prefix.startsWith(other)),
  );
  return disjoint.sort().map(keyRangeOf);
}

/** The first key after `key` in etcd's order, for the next page. */
export function keyAfter(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}

function keyRangeOf(keyPrefix: string): KeyRange {
  const zero = Buffer.from([0]);
  // etcd reads the range from \0 to \0 as the whole store.
  if (keyPrefix === '') {
    return { keyPrefix, key: zero, rangeEnd: zero };
  }

  const key = Buffer.from(keyPrefix);
  const rangeEnd = Buffer.from(key);
  const last = rangeEnd.length - 1;
  // UTF-8 has no byte 0xff, so that the last byte can always be counted up.
  rangeEnd.writeUInt8(rangeEnd.readUInt8(last) + 1, last);
  return { keyPrefix, key, rangeEnd };
}
