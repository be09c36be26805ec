import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/command.js';
import { projectRoot } from '../../support/tools.js';

test('each datastore loads what it needs and nothing of the other', async () => {
  // In a process of its own: this one has loaded what other tests need.
  const script = join(projectRoot, 'test/support/loaded-packages.mjs');

  const found: unknown = JSON.parse(await runCommand(process.execPath, [script]));

  expect(found).toEqual([
    { description: 'file /x.yaml', loaded: ['yaml'] },
    { description: 'etcd2 http://127.0.0.1:1,http://127.0.0.1:2', loaded: ['yaml'] },
    // etcd3 itself comes with the first watch: a single read does without.
    {
      description: 'etcd3 http://127.0.0.1:1,http://127.0.0.1:2',
      loaded: ['yaml', '@grpc/grpc-js'],
    },
  ]);
});
