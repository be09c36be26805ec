import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { systemClock } from '../../../../src/base/clock.js';
import { silentLogger } from '../../../../src/base/logger.js';
import type { Change } from '../../../../src/datastore/datastore.js';
import { FileDatastore } from '../../../../src/datastore/file/file-datastore.js';
import {
  CONFORMANCE_KEY_PREFIXES,
  testConformance,
} from '../../../support/datastore-conformance.js';
import { folderForTest } from '../../../support/folder.js';

testConformance(async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  const entries = new Map<string, string>();
  // As careful writers do: a reader never sees half of it.
  const save = async () => {
    await writeFile(`${path}.new`, stringify(Object.fromEntries(entries)));
    await rename(`${path}.new`, path);
  };
  await save();
  return {
    datastore: new FileDatastore({
      path,
      keyPrefixes: CONFORMANCE_KEY_PREFIXES,
      clock: systemClock,
      logger: silentLogger,
      retryMs: 100,
    }),
    async apply(changes: readonly Change[]) {
      for (const change of changes) {
        if (change.kind === 'put') {
          entries.set(change.key, change.value);
        } else {
          entries.delete(change.key);
        }
      }
      await save();
    },
    break: () => writeFile(path, '/a/1: "no end'),
    mend: save,
  };
});
