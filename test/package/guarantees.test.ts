/** docs/guarantees.md of Debian's BIRD and birdkeeper under systemd: each cell that says that nothing is lost. */
import { beforeAll, expect, test } from 'vitest';
import { builtPackages, install, installedMachine } from '../support/birdkeeper-machine.js';
import { putPackage } from '../support/debian-package.js';
import { expectGuarantees, type Way } from '../support/guarantees.js';
import { withLab } from '../support/lab.js';
import { NODE, ServedNode, startNode, startPeers, upgradeBird } from '../support/served-node.js';
import { waitFor } from '../support/wait-for.js';
import { walkthroughHosts } from '../support/walkthrough-site.js';

const packages = builtPackages();
let next = '';
beforeAll(async () => {
  next = await putPackage(packages.dir, '99.0.0');
});

test('under systemd nothing is lost where docs/guarantees.md says so', async () => {
  await ServedNode.with(packages, 'bird217', async (node) => {
    const { namespace, address } = node.host;
    const host = { namespace, address };
    await expectGuarantees('systemd', wayOf(node), { lab: node.lab, host, meter: node.meter });
  });
});

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

function wayOf(node: ServedNode): Way {
  const { machine } = node;
  const saysAfter = async (program: string, text: string, doing: () => Promise<unknown>) => {
    const count = async () =>
      (await machine.journal(program)).filter((line) => line.includes(text)).length;
    const before = await count();
    await doing();
    await waitFor(async () => (await count()) > before, {
      what: `"${text}" of ${program} in the journal`,
      everyMs: 100,
    });
  };
  const killed = (unit: 'bird' | 'birdkeeper') =>
    node.restartedBy(`systemctl kill --kill-whom main --signal KILL ${unit}`, unit);
  return {
    stopAndStart: () =>
      node.restartedBy('systemctl stop birdkeeper bird; systemctl start bird birdkeeper', 'bird'),
    killBird: () => killed('bird'),
    killBirdkeeper: () => killed('birdkeeper'),
    killBoth: () =>
      node.restartedBy('systemctl kill --kill-whom main --signal KILL bird birdkeeper', 'bird'),
    upgradeBird: { happen: () => node.restartedBy(upgradeBird, 'bird'), birdStarts: 1 },
    upgradeBirdkeeper: { happen: () => install(machine, next), birdStarts: 0 },
    async stopBird() {
      await machine.run('systemctl stop bird');
    },
    startBirdThatSays: (text) =>
      saysAfter('start-bird', text, () => machine.run('systemctl start --no-block bird')),
    birdkeeperSays: (text, on) => saysAfter('birdkeeper', text, on),
  };
}
