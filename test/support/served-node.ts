/**
 * A node that runs Debian's BIRD under systemd from what birdkeeper's service writes, amid the lab's other nodes: the machine
 * takes the place of the lab's kube-node1, with its network and workloads.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { installedMachine, type Packages, useDropIn } from './birdkeeper-machine.js';
import { type BirdKind, birdOf } from './birds.js';
import type { DebianMachine } from './debian-machine.js';
import { type Lab, withLab } from './lab.js';
import type { LabHost } from './lab-host.js';
import { type Happening, type Losses, LossMeter, lossesWhile } from './losses.js';
import { calicoKeys, routesWithPeers, walkthroughHosts } from './walkthrough-site.js';

/** The node of the lab that the machine takes the place of. */
export const NODE = 'kube-node1';

/** Upgrades Debian's BIRD: to the next version of its package, made of what is installed. */
export const upgradeBird = `cd $(mktemp -d); mkdir DEBIAN
  dpkg-query --listfiles bird2 | while read -r f; do [ ! -f "$f" ] || cp -a --parents "$f" .; done
  for f in preinst postinst prerm postrm conffiles; do cp /var/lib/dpkg/info/bird2.$f DEBIAN/$f; done
  dpkg-query --status bird2 | sed '/^Status:/d; /^Conffiles:/,/^[A-Z]/{/^Conffiles:\\|^ /d}; s/^Version: .*/&+next/' >DEBIAN/control
  dpkg-deb --build . /tmp/bird2-next.deb; dpkg --install /tmp/bird2-next.deb`;

/** The node, and what watches it. */
export class ServedNode {
  readonly machine: DebianMachine;
  readonly lab: Lab;
  /** The lab's view of the node: its network, and the workloads behind it. */
  readonly host: LabHost;
  readonly peers: readonly LabHost[];
  readonly meter: LossMeter;

  private constructor(machine: DebianMachine, lab: Lab, meter: LossMeter) {
    this.machine = machine;
    this.lab = lab;
    this.host = lab.host(NODE);
    this.peers = lab.hosts.filter(({ name }) => name !== NODE);
    this.meter = meter;
  }

  /**
   * Runs `work` with such a node when all routes are exchanged and pings go on; the lab goes afterwards.
   *
   * @param bird - what the node's service runs: a BIRD of Debian 13 or later
   */
  static async with(
    packages: Packages,
    bird: BirdKind,
    work: (node: ServedNode) => Promise<void>,
  ): Promise<void> {
    await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
      const machine = await installedMachine(packages, { namespace: lab.host(NODE).namespace });
      try {
        await replaceBird(machine, bird, packages.dir);
        await serve(machine, lab);
        await work(new ServedNode(machine, lab, await LossMeter.start(lab)));
      } catch (error) {
        console.error(await machine.run('journalctl --no-pager --output short-precise --lines 60'));
        throw error;
      } finally {
        machine.dispose();
      }
    });
  }

  /** Runs a command that ends a unit's program, and waits until systemd has started another one. */
  async restartedBy(command: string, unit: 'bird' | 'birdkeeper'): Promise<void> {
    const pid = await this.machine.property(unit, 'MainPID');
    await this.machine.run(command);
    await this.machine.until(
      `systemctl show --property MainPID,ActiveState ${unit}`,
      new RegExp(`MainPID=(?!${pid}\\n|0\\n)\\d+\\nActiveState=active`),
    );
  }

  /** What commands cost after each of which BIRD has been started once more. After the last one it runs, and no sooner. */
  costOf(...commands: readonly string[]): Promise<Losses> {
    const affected = { address: this.host.address, isBack: () => this.isBack() };
    const steps = commands.map((command, i): Happening => {
      const isLast = i === commands.length - 1;
      const happen = () => (isLast ? this.restartedBy(command, 'bird') : this.machine.run(command));
      return { happen, birdStarts: 1 };
    });
    return lossesWhile(this.meter, affected, ...steps);
  }

  /** Waits until the node has its peers again, and has told them all. */
  async isBack(): Promise<void> {
    const pattern = /(Mesh_\S+ [^\n]*Established\s*){2}/;
    await this.machine.until('birdc show protocols', pattern);
    await this.machine.until('birdc show status', /^(?!.*recovery in progress).*up and running/s);
    await this.host.waitForRoutes(routesWithPeers[NODE] ?? '');
  }

  /** The routes of a peer that has heard that this node is away. */
  routesWithoutNode(peer: string): string {
    const lines = (routesWithPeers[peer] ?? '').split('\n');
    return lines.filter((line) => !line.includes(` via ${this.host.address} `)).join('\n');
  }
}

/**
 * Puts another BIRD in the place of the machine's own, with the unit of its Debian: newer ones have a sandbox.
 *
 * @param dir - what the machine sees as `/files`
 */
async function replaceBird(machine: DebianMachine, kind: BirdKind, dir: string): Promise<void> {
  const from = dirname(birdOf(kind).bird);
  const unit = 'usr/lib/systemd/system/bird.service';
  for (const file of ['usr/sbin/bird', 'usr/sbin/birdc', unit]) {
    const name = `${kind}.${basename(file)}`;
    copyFileSync(join(from, file), join(dir, name));
    await machine.run(`cat /files/${name} >/${file}`);
  }
  if (!existsSync(join(from, 'usr/lib/bird'))) {
    await machine.run('rm -r /usr/lib/bird');
  }
  await machine.run('systemctl daemon-reload');
}

/** Has the lab's other nodes run, by what Calico has written to etcd. @param dead - one that doesn't */
export async function startPeers(lab: Lab, dead?: string): Promise<void> {
  await lab.putAll(calicoKeys);
  const peers = lab.hosts.filter(({ name }) => name !== NODE && name !== dead);
  await Promise.all(peers.map(({ bird }) => bird.start()));
  for (const peer of peers) {
    peer.startBirdkeeper();
  }
}

async function serve(machine: DebianMachine, lab: Lab): Promise<void> {
  await startPeers(lab);
  await startNode(machine, lab);
  for (const { name, namespace } of lab.hosts) {
    await lab.host(name).waitForRoutes(routesWithPeers[name] ?? (await namespace.routes()));
  }
}

/** Has the machine, with birdkeeper installed, be the node. */
export async function startNode(machine: DebianMachine, lab: Lab): Promise<void> {
  await useDropIn(machine);
  await machine.run(`printf 'NODENAME=${NODE}\\nETCD_ENDPOINTS=${lab.etcdUrl}\\n' >>/etc/default/birdkeeper
    systemctl enable --quiet --now bird birdkeeper`);
}
