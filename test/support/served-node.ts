/**
 * A node that runs Debian's BIRD under systemd from what birdkeeper's service writes, amid the lab's other nodes: the machine
 * takes the place of the lab's kube-node1, with its network and workloads.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { installedMachine, type Packages, useDropIn } from './birdkeeper-machine.js';
import { type BirdKind, birdOf } from './birds.js';
import type { DebianMachine } from './debian-machine.js';
import { type Lab, withLab } from './lab.js';
import type { LabHost } from './lab-host.js';
import { Pinging } from './pinging.js';
import { RouteMonitor } from './route-monitor.js';
import { calicoKeys, routesWithPeers, walkthroughHosts } from './walkthrough-site.js';

/** The node of the lab that the machine takes the place of. */
export const NODE = 'kube-node1';
const PINGS_PER_SECOND = 100;

/** The node, and what watches it. */
export class ServedNode {
  readonly machine: DebianMachine;
  readonly lab: Lab;
  /** The lab's view of the node: its network, and the workloads behind it. */
  readonly host: LabHost;
  readonly peers: readonly LabHost[];
  readonly #monitors: readonly RouteMonitor[];
  readonly #pinging: Pinging;

  private constructor(machine: DebianMachine, lab: Lab) {
    this.machine = machine;
    this.lab = lab;
    this.host = lab.host(NODE);
    this.peers = lab.hosts.filter(({ name }) => name !== NODE);
    this.#monitors = lab.hosts.map(({ namespace, dir }) => new RouteMonitor(namespace, dir));
    this.#pinging = new Pinging(this.host, 1000 / PINGS_PER_SECOND);
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
        const node = new ServedNode(machine, lab);
        await node.#watch();
        await work(node);
      } catch (error) {
        console.error(await machine.run('journalctl --no-pager --output short-precise --lines 60'));
        throw error;
      } finally {
        machine.dispose();
      }
    });
  }

  /** Waits until the node has its peers again, and has told them all, and pings are answered. */
  async isBack(): Promise<void> {
    const pattern = /(Mesh_\S+ [^\n]*Established\s*){2}/;
    await this.machine.until('birdc show protocols', pattern);
    await this.machine.until('birdc show status', /^(?!.*recovery in progress).*up and running/s);
    await this.host.waitForRoutes(routesWithPeers[NODE] ?? '');
    await this.#pinging.goesOn();
  }

  /** What was lost so far, on the node and on its peers. */
  async losses(): Promise<Losses> {
    await this.#pinging.goesOn();
    const deleted = await Promise.all(this.#monitors.map((monitor) => monitor.deleted()));
    return { routes: deleted.flat(), pings: await this.#pinging.lost() };
  }

  /**
   * What a command costs that ends BIRD and has it started again so many times; waits until the node is back.
   *
   * A BIRD and its neighbor may call each other at the same moment. BIRD takes the second call for another restart of the
   * neighbor's, and ends the session that has just come up, which costs routes for a second (docs/systemd.md). That is no
   * failure of what is tested: the command is given once more then, and not a third time.
   */
  async costOf(command: string, starts = 1): Promise<Losses> {
    const first = await this.#costOfOnce(command);
    const haveMet = first.sessionStarts > starts * this.peers.length;
    return haveMet ? (await this.#costOfOnce(command)).losses : first.losses;
  }

  async #costOfOnce(
    command: string,
  ): Promise<{ readonly losses: Losses; readonly sessionStarts: number }> {
    const pid = await this.machine.property('bird', 'MainPID');
    const starts = await this.#sessionStarts();
    const before = await this.losses();

    await this.machine.run(command);
    await this.machine.until(
      'systemctl show --property MainPID,ActiveState bird',
      new RegExp(`MainPID=(?!${pid}\\n|0\\n)\\d+\\nActiveState=active`),
    );
    await this.isBack();

    const { routes, pings } = await this.losses();
    return {
      losses: { routes: routes.slice(before.routes.length), pings: pings - before.pings },
      sessionStarts: (await this.#sessionStarts()) - starts,
    };
  }

  /** How often the peers had a session with this node come up so far. */
  async #sessionStarts(): Promise<number> {
    const name = `Mesh_${this.host.address.replaceAll('.', '_')}`;
    const files = this.peers.flatMap(({ bird }) => bird.logFiles);
    const logs = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    return logs.join('').split(`${name}: State changed to up`).length - 1;
  }

  /** The routes of a peer that has heard that this node is away. */
  routesWithoutNode(peer: string): string {
    const lines = (routesWithPeers[peer] ?? '').split('\n');
    return lines.filter((line) => !line.includes(` via ${this.host.address} `)).join('\n');
  }

  async #watch(): Promise<void> {
    await Promise.all(this.#monitors.map((monitor) => monitor.started()));
    await this.#pinging.goesOn();
  }
}

/** What the network has lost. */
export interface Losses {
  /** Routes that were deleted, as `ip monitor` prints them. */
  readonly routes: readonly string[];
  /** Pings without an answer. */
  readonly pings: number;
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
