import type { Entry } from '../../datastore.js';
import type { EtcdConnection } from './connection.js';
import { type KeyRange, keyAfter } from './key-range.js';
import type { RangeResponse, ResponseHeader } from './messages.js';

/** All entries of some key ranges at one revision. */
export interface Listing {
  /** Its revision is that of the listing. */
  readonly header: ResponseHeader;
  /** In each range by key. */
  readonly ranges: ReadonlyMap<KeyRange, readonly Entry[]>;
}

/**
 * Lists all ranges as they are at one revision: that of the first page, to which all others are pinned.
 *
 * Of the first page all members agree that it is of now. The others are of a revision that this member has, and nothing is
 * asked of the leader for them.
 *
 * @throws {ServiceError} also when etcd compacted that revision meanwhile; then a new listing may succeed
 */
export async function list(
  connection: EtcdConnection,
  ranges: readonly KeyRange[],
  pageSize: number,
): Promise<Listing> {
  const [first, ...others] = ranges;
  if (first === undefined) {
    throw new Error('no key prefix to list');
  }

  const firstPage = await connection.range({ ...first, limit: pageSize });
  const pinned = { limit: pageSize, revision: firstPage.header.revision, isSerializable: true };
  const listed = await Promise.all([
    remainingPages(connection, first, firstPage, pinned),
    ...others.map(async (range) => {
      const page = await connection.range({ ...range, ...pinned });
      return remainingPages(connection, range, page, pinned);
    }),
  ]);
  return {
    header: firstPage.header,
    ranges: new Map(ranges.map((range, i) => [range, listed[i] ?? []])),
  };
}

/** All entries of a listing, by range and in a range by key. */
export function entriesOf({ ranges }: Listing): readonly Entry[] {
  return [...ranges.values()].flat();
}

async function remainingPages(
  connection: EtcdConnection,
  range: KeyRange,
  firstPage: RangeResponse,
  pinned: { readonly limit: number; readonly revision: number; readonly isSerializable: boolean },
): Promise<readonly Entry[]> {
  const entries = [...firstPage.entries];
  let last = firstPage;
  while (last.more) {
    last = await connection.range({ ...range, key: keyAfter(last.lastKey), ...pinned });
    for (const entry of last.entries) {
      entries.push(entry);
    }
  }
  return entries;
}
