/** The smallest lab with sessions of both families. */
import type { BirdKind } from './birds.js';
import { type Lab, withLab } from './lab.js';

const HOST = '/calico/bgp/v1/host';

/** Runs `work` with `node-a` and `node-b`, which etcd has a mesh of; nothing runs on them yet. */
export async function withTwoNodes(
  bird: BirdKind,
  work: (lab: Lab) => Promise<void>,
): Promise<void> {
  const hosts = [
    { name: 'node-a', address: '172.17.42.1', address6: 'fd00:17::1', bird },
    { name: 'node-b', address: '172.17.42.2', address6: 'fd00:17::2', bird },
  ];
  await withLab({ hosts, gateway: '172.17.42.254/16' }, async (lab) => {
    const keys = hosts.flatMap(({ name, address, address6 }) => [
      [`${HOST}/${name}/ip_addr_v4`, address],
      [`${HOST}/${name}/ip_addr_v6`, address6],
    ]);
    await lab.putAll({ '/calico/bgp/v1/global/as_num': '65100', ...Object.fromEntries(keys) });
    await work(lab);
  });
}
