/** The walkthrough on the keys that Calico wrote up to 2.6, by birdkeeper's verbs. */
import { calicoKeys, PEER_TABLE, routesAlone, routesWithPeers } from './walkthrough-site.js';
import { type Story, seeReflector } from './walkthrough-story.js';

/** See the head of this file. */
export const v1Story: Story = {
  keys: calicoKeys,
  routesWithPeers,
  routesAlone,
  source: 'Global',
  peerType: 'global',
  async nameReflector(stage, reflector) {
    const { store } = stage.lab;
    const key = '/calico/bgp/v1/rr_v4/172.17.42.40';
    const put = store.putCommand(key, '{"ip":"172.17.42.40","cluster_id":"1.0.0.1"}');
    const add = 'birdkeeper bgp rr add 172.17.42.40 --cluster-id 1.0.0.1';
    await stage.run('kube-master', store.kind === 'file' ? add : put);
    await seeReflector(stage, reflector);
  },
  async peerWithReflector(stage) {
    await stage.run('kube-node1', 'birdkeeper bgp peer add 172.17.42.40 as 65100');
    const table = await stage.run('kube-node1', 'birdkeeper bgp peer show');
    stage.expect(table.trimEnd() === PEER_TABLE.trimEnd(), 'the table of peers, to the letter');
  },
  async addReflector(stage, { address }) {
    await stage.run('kube-node1', `birdkeeper bgp rr add ${address} --cluster-id 1.0.0.1`);
    await stage.run('kube-node1', `birdkeeper bgp peer add ${address} as 65100`);
  },
};
