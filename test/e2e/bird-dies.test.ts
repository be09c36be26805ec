/**
 * A BIRD 3.1 that is killed in the midst of a reload: whoever supervises it starts it again, and it ends with the newest
 * configuration and the routes.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { birdOf } from '../support/birds.js';
import { type Lab, withLab } from '../support/lab.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const BGP = '/calico/bgp/v1';
const POOL = '/calico/v1/ipam/v4/pool/192.168.0.0-16';
const ROUTE = '192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird';

/** The lab starts BIRD with -R. It then holds routes back for 60 s at most (`graceful restart wait`). */
const RECOVERY_MS = 120_000;

/** `before`: BIRD has read nothing of the new files. `after`: it runs them, and nobody has been told. */
test.each(['before', 'after'] as const)(
  'BIRD 3.1 that dies %s it has loaded a change comes back with the newest configuration and the routes',
  async (when) => {
    const hosts = walkthroughHosts('bird3').slice(1);
    await withLab({ hosts }, async (lab) => {
      await lab.putAll({
        [`${BGP}/global/as_num`]: '65100',
        [`${BGP}/host/kube-node1/ip_addr_v4`]: '172.17.42.31',
        [`${BGP}/host/kube-node2/ip_addr_v4`]: '172.17.42.32',
        '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26': '{}',
        '/calico/ipam/v2/host/kube-node2/ipv4/block/192.168.0.64-26': '{}',
        // It is left out of the kernel by this BIRD's export filter, which the change takes out.
        [POOL]: '{"cidr":"192.168.0.0/16","ipip":"tunl0"}',
      });
      const node = lab.host('kube-node1');
      const client = join(node.dir, 'birdc');
      await writeClient(client);
      await Promise.all(lab.hosts.map(({ bird }) => bird.start()));
      lab.host('kube-node2').startBirdkeeper();
      node.startBirdkeeper(['--birdc', client]);
      await node.waitForSessions(['Mesh_172_17_42_32']);
      expect(await node.routes()).not.toContain('192.168.0.64/26');

      const [pid = ''] = node.bird.pids.map(String);
      await writeFile(`${client}.${when}`, pid);
      await lab.put(POOL, '{"cidr":"192.168.0.0/16"}');
      await waitFor(() => node.bird.pids.length === 0, { what: 'BIRD to die' });
      await node.bird.start();

      const hasRoute = async (): Promise<boolean> => {
        await startDeadBirds(lab);
        return (await node.routes()).includes(ROUTE);
      };
      await waitFor(hasRoute, { timeoutMs: RECOVERY_MS, what: 'the route to be back' });
      await node.waitForSessions(['Mesh_172_17_42_32']);
      await node.waitForReady();
      const { birds, problems } = await node.status();
      expect({ problems, birds }).toMatchObject({ problems: [], birds: [{ isUp: true }] });
    });
  },
  2 * RECOVERY_MS,
);

/** What a supervisor does. The neighbor's BIRD 3.1 may die, too: when a session closes while its filters are reloaded. */
async function startDeadBirds(lab: Lab): Promise<void> {
  const dead = lab.hosts.filter(({ bird }) => bird.pids.length === 0);
  await Promise.all(dead.map(({ bird }) => bird.start()));
}

/** A client that kills the BIRD whose process id is in `PATH.before` or `PATH.after`, around the one reload that follows. */
async function writeClient(path: string): Promise<void> {
  const { birdc } = birdOf('bird3');
  const script = `#!/bin/sh
dies() {
  if [ -e '${path}'."$1" ]; then
    pid=$(cat '${path}'."$1")
    rm '${path}'."$1"
    kill -9 "$pid"
  fi
}
case " $* " in
*" configure "*) ;;
*) exec '${birdc}' "$@" ;;
esac
dies before
'${birdc}' "$@" >'${path}.said'
status=$?
if [ -e '${path}.after' ]; then
  dies after
  exit 1
fi
cat '${path}.said'
exit $status
`;
  await writeFile(path, script, { mode: 0o755 });
}
