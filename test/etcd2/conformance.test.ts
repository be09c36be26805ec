import type { Change } from '../../src/datastore/datastore.js';
import { CONFORMANCE_KEY_PREFIXES, testConformance } from '../support/datastore-conformance.js';
import { datastore2Of, etcd2ForTest, V2Writer } from '../support/etcd2-fixture.js';

testConformance(
  async () => {
    const etcd = await etcd2ForTest();
    const writer = new V2Writer(etcd);
    return {
      datastore: datastore2Of(etcd.url, { keyPrefixes: CONFORMANCE_KEY_PREFIXES }),
      async apply(changes: readonly Change[]) {
        for (const change of changes) {
          if (change.kind === 'put') {
            await writer.put(change.key, change.value);
          } else {
            await writer.delete(change.key);
          }
        }
      },
      break: () => etcd.stop('SIGKILL'),
      mend: () => etcd.start(),
    };
  },
  { isTree: true, isOneByOne: true },
);
