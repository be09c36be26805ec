import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import { openDatastore } from '../../../src/datastore/open-datastore.js';

const DEPENDENCIES = { clock: systemClock, logger: silentLogger };

/** Whether a package with CommonJS modules has been loaded in this process. */
function isLoaded(name: string): boolean {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).some((file) => file.includes(`/node_modules/${name}/`));
}

test('each datastore loads what it needs and nothing of the other', async () => {
  const file = await openDatastore(
    { kind: 'file', path: '/x.yaml', keyPrefixes: ['/'] },
    DEPENDENCIES,
  );
  const loadedByFile = ['yaml', '@grpc/grpc-js', 'etcd3'].map(isLoaded);
  const etcd2 = await openDatastore(
    { kind: 'etcd2', endpoints: ['http://127.0.0.1:1'], keyPrefixes: ['/'] },
    DEPENDENCIES,
  );
  const loadedByEtcd2 = ['@grpc/grpc-js', 'etcd3'].map(isLoaded);
  const etcd = await openDatastore(
    { kind: 'etcd3', endpoints: ['http://127.0.0.1:1', 'http://127.0.0.1:2'], keyPrefixes: ['/'] },
    DEPENDENCIES,
  );
  const loadedByEtcd = ['@grpc/grpc-js', 'etcd3'].map(isLoaded);

  expect(file.description).toBe('file /x.yaml');
  expect(loadedByFile).toEqual([true, false, false]);
  expect(etcd2.description).toBe('etcd2 http://127.0.0.1:1');
  expect(loadedByEtcd2).toEqual([false, false]);
  expect(etcd.description).toBe('etcd3 http://127.0.0.1:1,http://127.0.0.1:2');
  // etcd3 itself comes with the first watch: a single read does without.
  expect(loadedByEtcd).toEqual([true, false]);
});
