/** etcd's messages for transactions (`etcdserverpb.TxnRequest` and what is in it; the field numbers are etcd's). */
import type { Change } from '../../datastore.js';
import { readerOf, readFields, Writer } from './protobuf.js';

/** What must hold of one key, or of each that there is from `key` up to but not including `rangeEnd`. */
export interface Comparison {
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
  readonly column: 'created' | 'modified';
  readonly operator: 'equal' | 'greater' | 'less';
  readonly revision: number;
}

/** If all comparisons hold, all changes are made. */
export interface Transaction {
  readonly comparisons: readonly Comparison[];
  readonly changes: readonly Change[];
}

const OPERATOR = { equal: 0, greater: 1, less: 2 } as const;
/** `Compare.target`, and the field that holds what it is compared with. */
const COLUMN = { created: { target: 1, field: 5 }, modified: { target: 2, field: 6 } } as const;

/** `etcdserverpb.TxnRequest` in wire format. */
export function encodeTransaction({ comparisons, changes }: Transaction): Buffer {
  const writer = new Writer();
  for (const comparison of comparisons) {
    writer.bytes(1, encodeComparison(comparison));
  }
  for (const change of changes) {
    writer.bytes(2, encodeOperation(change));
  }
  return writer.finish();
}

/** Whether all comparisons held, from an `etcdserverpb.TxnResponse`. */
export function decodeHasSucceeded(bytes: Buffer): boolean {
  let succeeded = false;
  const reader = readerOf(bytes);
  readFields(reader, reader.len, (field) => {
    if (field !== 2) {
      return false;
    }
    succeeded = reader.bool();
    return true;
  });
  return succeeded;
}

function encodeComparison({ key, rangeEnd, column, operator, revision }: Comparison): Buffer {
  const { target, field } = COLUMN[column];
  return new Writer()
    .integer(1, OPERATOR[operator])
    .integer(2, target)
    .bytes(3, key)
    .integer(field, revision)
    .bytes(64, rangeEnd)
    .finish();
}

/** `etcdserverpb.RequestOp`. */
function encodeOperation(change: Change): Buffer {
  const key = new Writer().text(1, change.key);
  return change.kind === 'put'
    ? new Writer().bytes(2, key.text(2, change.value).finish()).finish()
    : new Writer().bytes(3, key.finish()).finish();
}
