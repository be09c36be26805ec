import type { Entry } from '../datastore.js';
import type { EtcdConnection } from './connection.js';
import { type KeyRange, keyAfter } from './key-range.js';
import type { RangeResponse, ResponseHeader } from './messages.js';

/** All entries of some key ranges at one revision. */
export interface Listing {
  /** Its revision is that of the listing. */
  readonly header: ResponseHeader;
  /** By range, and in a range by key. */
  readonly entries: readonly Entry[];
  readonly counts: ReadonlyMap<KeyRange, number>;
}

/**
 * Lists all ranges as they are at one revision: that of the first page, to which all others are pinned.
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
  const revision = firstPage.header.revision;
  const listed = await Promise.all([
    remainingPages(connection, first, firstPage, { limit: pageSize, revision }),
    ...others.map(async (range) => {
      const page = await connection.range({ ...range, limit: pageSize, revision });
      return remainingPages(connection, range, page, { limit: pageSize, revision });
    }),
  ]);
  return {
    header: firstPage.header,
    entries: listed.flat(),
    counts: new Map(ranges.map((range, i) => [range, listed[i]?.length ?? 0])),
  };
}

async function remainingPages(
  connection: EtcdConnection,
  range: KeyRange,
  firstPage: RangeResponse,
  page: { readonly limit: number; readonly revision: number },
): Promise<readonly Entry[]> {
  const entries = [...firstPage.entries];
  let last = firstPage;
  while (last.more) {
    last = await connection.range({ ...range, key: keyAfter(last.lastKey), ...page });
    for (const entry of last.entries) {
      entries.push(entry);
    }
  }
  return entries;
}
