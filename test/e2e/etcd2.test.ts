/** The built program on an etcd with the v2 API. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { etcd2ForTest, V2Writer } from '../support/etcd2-fixture.js';
import { projectRoot } from '../support/tools.js';

test('what an operator puts over the v2 API is rendered', async () => {
  const etcd = await etcd2ForTest();
  const writer = new V2Writer(etcd);
  await writer.put('/calico/bgp/v1/global/as_num', '65100');
  await writer.put('/calico/bgp/v1/host/kube-node1/ip_addr_v4', '172.17.42.31');
  await writer.put('/calico/bgp/v1/host/kube-node2/ip_addr_v4', '172.17.42.32');

  const { stdout } = await promisify(execFile)(process.execPath, [
    join(projectRoot, 'dist/main.js'),
    'render',
    ...['--datastore', 'etcd2', '--etcd-endpoints', etcd.url],
    ...['--node', 'kube-node1', '--dialect', 'bird2'],
  ]);

  expect(stdout).toContain('neighbor 172.17.42.32 as 65100');
});
