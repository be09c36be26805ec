/** What events cost under systemd (docs/guarantees.md), on a node and its peers, besides the ends of BIRD (`bird-restarts.test.ts`). */
import { beforeAll, expect, test } from 'vitest';
import { buildPackage, builtPackages, installedMachine } from '../support/birdkeeper-machine.js';
import { withLab } from '../support/lab.js';
import { NODE, ServedNode, startNode, startPeers } from '../support/served-node.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const NOTHING = { routes: [], pings: 0 };
const packages = builtPackages();
let next = '';
beforeAll(async () => {
  next = await buildPackage(packages.dir, '--version', '99.0.0');
});

test('birdkeeper stopped, killed and upgraded, and all that while etcd is away, cost no route and no ping', async () => {
  await ServedNode.with(packages, 'bird217', async (node) => {
    const { machine, lab } = node;
    const events = [
      'systemctl stop birdkeeper; systemctl start birdkeeper',
      'systemctl kill --signal KILL birdkeeper',
      `dpkg --install --force-confold /files/${next}`,
    ];
    for (const event of events) {
      await endBirdkeeper(node, event);
      expect({ event, lost: await node.losses() }).toEqual({ event, lost: NOTHING });
    }

    await lab.stopEtcd();
    for (const event of ['systemctl restart birdkeeper --no-block', ...events.slice(1, 2)]) {
      await endBirdkeeper(node, event);
      expect({ event, lost: await node.losses() }).toEqual({ event, lost: NOTHING });
    }
    expect(await node.costOf('systemctl restart bird')).toEqual(NOTHING);
    expect(await machine.property('birdkeeper', 'NRestarts')).not.toBe('0');
  });
});

/** Waits for another process of birdkeeper's after a command that ends the one that runs. */
async function endBirdkeeper({ machine }: ServedNode, command: string): Promise<void> {
  const pid = await machine.property('birdkeeper', 'MainPID');
  await machine.run(command);
  await machine.until(
    'systemctl show --property MainPID birdkeeper',
    new RegExp(`=(?!${pid}$|0$)\\d+$`),
  );
}

test('a first start beside a dead neighbor has the routes of the others, and recovers from nothing', async () => {
  await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
    const machine = await installedMachine(packages, { namespace: lab.host(NODE).namespace });
    await startPeers(lab, 'kube-master');

    await startNode(machine, lab);

    await lab.host(NODE).waitForRoute('192.168.0.64/26 via 172.17.42.32 dev eth0 proto bird');
    expect(await machine.run('journalctl --sync; journalctl --unit bird')).not.toContain(
      'Graceful restart started',
    );
  });
});
