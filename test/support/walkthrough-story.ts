/** What a walkthrough differs in by the Calico that wrote its data. */
import type { Lab } from './lab.js';
import type { LabHost } from './lab-host.js';

/** Where a story does what an operator does, and shows it. */
export interface Stage {
  readonly lab: Lab;
  /** Runs a command line on a host, and shows it (as `shown`) with its output. */
  run(host: string, commandLine: string, shown?: string): Promise<string>;
  /** @throws unless it is so */
  expect(isSo: boolean, what: string): void;
}

/** How the operator of a cluster does each thing, and what is seen then. */
export interface Story {
  /** What Calico has written to the datastore before the walkthrough begins. */
  readonly keys: Readonly<Record<string, string>>;
  /** Routes of each host while routes are exchanged, by mesh or by reflector, and while nobody has a session. */
  readonly routesWithPeers: Readonly<Record<string, string>>;
  readonly routesAlone: Readonly<Record<string, string>>;
  /** The first part of the names of sessions with the reflector, and what `birdkeeper status` calls them. */
  readonly source: 'Global' | 'Node';
  readonly peerType: string;
  /** Names the reflector in the datastore, with its cluster id; that alone makes no session. */
  nameReflector(stage: Stage, reflector: LabHost): Promise<void>;
  /** Has every node peer with the reflector, and looks at what is in the datastore then. */
  peerWithReflector(stage: Stage): Promise<void>;
  /** Has every node peer with a second reflector too. */
  addReflector(stage: Stage, reflector: LabHost): Promise<void>;
}

/** Asks whether the mesh is on. */
export async function seeMesh(stage: Stage, state: 'on' | 'off'): Promise<void> {
  const output = await stage.run('kube-node1', 'birdkeeper bgp node-mesh');
  stage.expect(output === `${state}\n`, `it says ${state}`);
}

/** Turns the mesh off: that is refused, with what it costs, and done when it is insisted on. */
export async function turnMeshOff(stage: Stage): Promise<void> {
  const turnOff = 'birdkeeper bgp node-mesh off';
  const refused = await stage.run('kube-node1', `${turnOff} 2>&1 || true`, turnOff);
  stage.expect(
    refused.includes('kube-node1 - kube-node2'),
    'it names the nodes that lose each other',
  );
  await seeMesh(stage, 'on');
  await stage.run('kube-node1', `${turnOff} --force`);
  await seeMesh(stage, 'off');
}

/** Asks for the reflectors. */
export async function seeReflector(stage: Stage, { address }: LabHost): Promise<void> {
  const shown = await stage.run('kube-node1', 'birdkeeper bgp rr show');
  const line = shown.split('\n').find((one) => one.includes(` ${address} `)) ?? '';
  stage.expect(line.includes(' 1.0.0.1 '), 'rr show lists it, with its cluster');
}
