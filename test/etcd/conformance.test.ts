import type { Change } from '../../src/datastore/datastore.js';
import { CONFORMANCE_KEY_PREFIXES, testConformance } from '../support/datastore-conformance.js';
import { datastoreOf, etcdForTest } from '../support/etcd-fixture.js';
import type { EtcdOp } from '../support/etcd-gateway.js';

testConformance(async () => {
  const etcd = await etcdForTest();
  return {
    datastore: datastoreOf(etcd.url, { keyPrefixes: CONFORMANCE_KEY_PREFIXES }),
    async apply(changes: readonly Change[]) {
      await etcd.txn(changes.map(opOf));
    },
    break: () => etcd.stop('SIGKILL'),
    mend: () => etcd.start(),
  };
});

function opOf(change: Change): EtcdOp {
  return change.kind === 'put' ? { put: [change.key, change.value] } : { delete: change.key };
}
