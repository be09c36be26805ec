import type { Etcd3 } from 'etcd3';
import type { Edit, EditOutcome } from '../datastore.js';

/** etcd takes no more comparisons in one transaction (its `--max-txn-ops`, 128 by default). */
const MAX_COMPARISONS = 128;

/** What must hold of one key, as etcd3's builder takes it. */
type Comparison = readonly [
  key: string,
  column: 'Create' | 'Mod',
  operator: '==' | '>' | '<',
  value: number,
];

/**
 * Makes `edit` in one transaction. A key stands as its basis has it when it was there and was not modified after the
 * basis' revision, or wasn't there and isn't now.
 *
 * Of more keys to rely on than fit into a transaction, the first are compared.
 */
export async function commitEdit(
  client: Etcd3,
  { basis, changes, reliesOn }: Edit,
): Promise<EditOutcome> {
  const standing = new Set(basis.entries.map(({ key }) => key));
  const keys = new Set([...changes.map(({ key }) => key), ...reliesOn]);
  const [first, ...others] = [...keys]
    .flatMap((key) => unchanged(key, standing.has(key), Number(basis.revision)))
    .slice(0, MAX_COMPARISONS);
  if (first === undefined) {
    throw new Error('an edit without a change');
  }
  const operations = changes.map((change) =>
    change.kind === 'put'
      ? client.put(change.key).value(change.value)
      : client.delete().key(change.key),
  );
  const transaction = client.if(...first);
  for (const comparison of others) {
    transaction.and(...comparison);
  }
  const { succeeded } = await transaction.then(...operations).commit();
  return succeeded ? 'committed' : 'overtaken';
}

function unchanged(key: string, wasThere: boolean, revision: number): readonly Comparison[] {
  return wasThere
    ? [
        [key, 'Create', '>', 0],
        [key, 'Mod', '<', revision + 1],
      ]
    : [[key, 'Create', '==', 0]];
}
