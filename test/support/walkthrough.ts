/**
 * The walkthrough: three Calico nodes in one layer-2 network that move from the full mesh to a route reflector, step by step.
 *
 * Demo and end-to-end tests run the same steps; a step checks what must be seen and throws when it isn't. Names
 * and addresses are those of the original walkthrough.
 */
import type { Lab } from './lab.js';
import type { LabHost } from './lab-host.js';
import { longestGapMs, RouteMonitor } from './route-monitor.js';
import { LONG_DEADLINE_MS, waitFor } from './wait-for.js';
import { type Stage, type Story, seeMesh, turnMeshOff } from './walkthrough-story.js';
import { v1Story } from './walkthrough-v1.js';

/** Hears what a walkthrough does. The demo prints it; tests need not listen. */
export interface Narrator {
  /** A step begins. */
  step(title: string): void;
  /** A command was run on a host, and printed this. */
  ran(host: string, command: string, output: string): void;
  /** Something was checked, and is as it must be. */
  checked(what: string): void;
}

/** The steps of the walkthrough, on one lab. */
export class Walkthrough {
  readonly #lab: Lab;
  readonly #narrator: Narrator;
  readonly #story: Story;
  readonly #stage: Stage;

  /** @param story - by which data; on the keys of Calico 2 unless told */
  constructor(lab: Lab, narrator: Narrator, story = v1Story) {
    this.#lab = lab;
    this.#narrator = narrator;
    this.#story = story;
    this.#stage = {
      lab,
      run: (host, commandLine, shown) => this.#run(host, commandLine, shown),
      expect: (isSo, what) => this.#expect(isSo, what),
    };
  }

  /** All steps, in the order of the original. */
  async walk(): Promise<void> {
    await this.start();
    await this.meshOn();
    await this.meshOff();
    await this.startReflector();
    await this.nameReflector();
    await this.peerWithReflector();
    if (this.#reflectors.length > 1) {
      await this.secondReflector();
    }
  }

  /** Before step 1: Calico's keys are in the datastore, and BIRD and birdkeeper run on every node. */
  async start(): Promise<void> {
    this.#narrator.step(
      'The datastore holds what Calico wrote; on each node BIRD and birdkeeper start',
    );
    const { keys } = this.#story;
    const entries = Object.entries(keys);
    const commands = entries.map(([key, value]) => this.#lab.store.putCommand(key, value));
    await this.#lab.putAll(keys);
    for (const command of commands) {
      this.#narrator.ran(this.#first.name, command, '');
    }
    await Promise.all(this.#lab.hosts.map((host) => host.bird.start()));
    for (const host of this.#nodes) {
      host.startBirdkeeper();
      this.#narrator.ran(host.name, 'birdkeeper run &', '');
    }
  }

  /** Steps 1 and 2: with the mesh each node has the other's block, and workloads reach each other. */
  async meshOn(): Promise<void> {
    this.#narrator.step('The node-to-node mesh is on: each node learns the blocks of the others');
    await seeMesh(this.#stage, 'on');
    await this.#expectSessions(this.#nodes, (node) =>
      this.#nodes.filter((other) => other !== node).map((other) => nameOf('Mesh', other)),
    );
    await this.#expectRoutes(this.#story.routesWithPeers);
    await this.#expectPings(true);
  }

  /** Step 3: without mesh and peers the other nodes' blocks go; blackhole and workload routes stay. */
  async meshOff(): Promise<void> {
    this.#narrator.step(
      'The mesh is turned off before anything takes its place: birdkeeper says what it costs',
    );
    await turnMeshOff(this.#stage);
    await this.#expectSessions(this.#nodes, () => []);
    await this.#expectRoutes(this.#story.routesAlone);
    await this.#expectPings(false);
  }

  /** Step 4: the reflector runs, with no session yet. */
  async startReflector(): Promise<void> {
    const reflector = this.#firstReflector;
    this.#narrator.step(`A route reflector starts on ${reflector.name}, and has no session yet`);
    await this.#startReflector(reflector);
  }

  /** Step 5: its record is put. */
  async nameReflector(): Promise<void> {
    this.#narrator.step('The reflector is named in the datastore, with its cluster id');
    await this.#story.nameReflector(this.#stage, this.#firstReflector);
  }

  /** Steps 6 to 8: every node peers with it, and all routes are back, with the nodes as next hops. */
  async peerWithReflector(): Promise<void> {
    this.#narrator.step('Every node peers with the reflector: the routes come back');
    const { source, peerType } = this.#story;
    await this.#story.peerWithReflector(this.#stage);
    const started = performance.now();
    await this.#expectSessions([this.#firstReflector], () =>
      this.#nodes.map((node) => nameOf(source, node)),
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    this.#narrator.checked(`the sessions were there ${seconds} s after the command`);
    await this.#expectSessions(this.#nodes, () => [nameOf(source, this.#firstReflector)]);
    await this.#expectConnections(3);
    const config = await this.#run(
      'node1',
      `grep -A8 ${source}_172_17_42_31 $BIRDKEEPER_OUTPUT_DIR/bird.cfg`,
    );
    this.#expect(
      config.includes('rr client;') && config.includes('rr cluster id 1.0.0.1;'),
      'the nodes are its clients in cluster 1.0.0.1',
    );
    await this.#expectRoutes(this.#story.routesWithPeers);
    await this.#expectPings(true);
    const status = await this.#run('kube-node1', 'birdkeeper status');
    this.#expect(
      new RegExp(`\\| 172\\.17\\.42\\.40 +\\| ${peerType} +\\| up .*Established`).test(status),
      'status shows the session, and exits with 0',
    );
  }

  /** Step 9: with a second reflector no route is lost when either dies. */
  async secondReflector(): Promise<void> {
    const first = this.#firstReflector;
    const [, second] = this.#reflectors;
    if (second === undefined) {
      throw new Error('there is one reflector only');
    }
    this.#narrator.step(`A second reflector on ${second.name}; then either of the two dies`);
    await this.#startReflector(second);
    const { source } = this.#story;
    await this.#story.addReflector(this.#stage, second);
    const names = [nameOf(source, first), nameOf(source, second)];
    await this.#expectSessions(this.#nodes, () => names);
    const monitors = this.#nodes.map((node) => new RouteMonitor(node.namespace, node.dir));
    await Promise.all(monitors.map((monitor) => monitor.started()));
    for (const [dying, other] of [
      [first, second],
      [second, first],
    ] as const) {
      await dying.bird.stop('SIGKILL');
      this.#narrator.ran(dying.name, 'pkill -KILL bird', '');
      for (const node of this.#nodes) {
        await node.waitForEstablished([nameOf(source, other)]);
      }
      await this.#expectRoutes(this.#story.routesWithPeers);
      await this.#expectPings(true);
      await dying.bird.start();
      this.#narrator.ran(dying.name, 'bird', '');
      for (const node of this.#nodes) {
        await node.waitForSessions(names, LONG_DEADLINE_MS);
      }
    }
    const gaps = (await Promise.all(monitors.map((monitor) => monitor.gapsMs()))).flat();
    const longest = Math.max(0, ...gaps);
    const allowed = Math.max(...this.#nodes.map(({ bird }) => longestGapMs(bird.kind)));
    this.#expect(
      longest <= allowed,
      `no node was without a route meanwhile (longest gap: ${longest.toFixed(1)} ms)`,
    );
  }

  get #first(): LabHost {
    const [first] = this.#lab.hosts;
    if (first === undefined) {
      throw new Error('the lab has no hosts');
    }
    return first;
  }

  get #nodes(): readonly LabHost[] {
    return this.#lab.hosts.filter(({ role }) => role === 'node');
  }

  get #reflectors(): readonly LabHost[] {
    return this.#lab.hosts.filter(({ role }) => role === 'reflector');
  }

  get #firstReflector(): LabHost {
    const [first] = this.#reflectors;
    if (first === undefined) {
      throw new Error('the lab has no reflector');
    }
    return first;
  }

  async #startReflector(reflector: LabHost): Promise<void> {
    reflector.startBirdkeeper();
    const { IP, ...others } = reflector.environment;
    const shown = Object.entries({ IP, ...others })
      .filter(([name]) => /^(IP|ETCD_AUTHORITY|BIRDKEEPER_(DATASTORE|FILE))$/.test(name))
      .map((pair) => pair.join('='))
      .join(' ');
    this.#narrator.ran(reflector.name, `${shown} birdkeeper run --role reflector &`, '');
    await reflector.waitForReady();
    this.#narrator.checked(`${reflector.name}: its BIRD runs a configuration of birdkeeper's`);
    await this.#expectSessions([reflector], () => []);
  }

  /** Runs a command line on a host, and shows it with its output. */
  async #run(host: string, commandLine: string, shown = commandLine): Promise<string> {
    const output = await this.#lab.host(host).shell(commandLine);
    this.#narrator.ran(host, shown, output);
    return output;
  }

  /** While both ends of a session connect there is one too many. */
  async #expectConnections(count: number): Promise<void> {
    const { namespace } = this.#lab.host('node1');
    const filter = '( sport = :179 or dport = :179 )';
    const look = async (): Promise<string | undefined> => {
      const text = await namespace.exec('ss', ['-Htn', 'state', 'established', filter]);
      return text.trim().split('\n').length === count ? text : undefined;
    };
    const shown = await waitFor(look, { what: `${count} TCP connections of port 179` });
    this.#narrator.ran('node1', `ss -Htn state established '${filter}'`, shown);
    this.#narrator.checked(`${count} TCP connections of port 179`);
  }

  #expect(isSo: boolean, what: string): void {
    if (!isSo) {
      throw new Error(`this is not so: ${what}`);
    }
    this.#narrator.checked(what);
  }

  async #expectSessions(
    hosts: readonly LabHost[],
    namesFor: (host: LabHost) => readonly string[],
  ): Promise<void> {
    for (const host of hosts) {
      const names = namesFor(host);
      await host.waitForSessions(names);
      this.#narrator.ran(
        host.name,
        'birdc show protocols',
        await host.bird.birdc('show protocols'),
      );
      const sessions = names.length > 0 ? `established: ${names.join(', ')}` : 'none';
      this.#narrator.checked(`${host.name}: BGP sessions ${sessions}`);
    }
  }

  async #expectRoutes(expected: Readonly<Record<string, string>>): Promise<void> {
    for (const host of this.#nodes) {
      const routes = expected[host.name] ?? '';
      await host.waitForRoutes(routes);
      this.#narrator.ran(host.name, 'ip route show', await host.routes());
      this.#narrator.checked(
        `${host.name}: these ${routes.split('\n').length} routes and no other`,
      );
    }
  }

  async #expectPings(isAnswered: boolean): Promise<void> {
    const pings = [
      ['kube-node1', '192.168.0.2', '192.168.0.64'],
      ['kube-node2', '192.168.0.65', '192.168.0.2'],
    ] as const;
    for (const [name, from, to] of pings) {
      const output = await this.#lab.host(name).ping(from, to);
      this.#narrator.ran(`workload ${from}`, `ping -c 1 -W 1 ${to}`, output);
      const isSeen = output.includes(isAnswered ? ' 1 received' : ' 0 received');
      const outcome = isAnswered ? 'is answered' : 'is not answered';
      this.#expect(isSeen, `a ping from ${from} to ${to} ${outcome}`);
    }
  }
}

function nameOf(source: 'Mesh' | Story['source'], { address }: LabHost): string {
  return `${source}_${address.replaceAll('.', '_')}`;
}
