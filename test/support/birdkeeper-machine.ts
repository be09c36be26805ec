/** A Debian machine with birdkeeper's package on it, and what the tests of the package ask of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type DebianMachine, debianMachine, type MachineOptions } from './debian-machine.js';
import { putPackage } from './debian-package.js';

/** The package that a test file has been given, and where others may be put beside it. */
export interface Packages {
  /** The folder; the machines see it as `/files`. */
  readonly dir: string;
  /** The file of this version. */
  readonly current: string;
}

/** What `systemctl show --property NRestarts,ActiveState` says of a service that was started again, and runs. */
export const RESTARTED_ONCE = /NRestarts=1\nActiveState=active$/;

/** The package for the tests of a file, in a folder that goes afterwards. */
export function builtPackages(): Packages {
  const dir = mkdtempSync(join(tmpdir(), 'birdkeeper-packages-'));
  const packages = { dir, current: '' };
  beforeAll(async () => {
    packages.current = await putPackage(dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return packages;
}

/** A machine that the tests of a group share, one after the other: to boot one is most of the work. */
export function sharedMachine(make: (atEnd: (end: () => void) => void) => Promise<DebianMachine>): {
  readonly machine: DebianMachine;
} {
  const shared: { machine: DebianMachine } = Object.create(null);
  const endings: (() => void)[] = [];
  beforeAll(async () => {
    shared.machine = await make((end) => endings.push(end));
  });
  afterAll(() => {
    for (const end of endings) {
      end();
    }
  });
  return shared;
}

/** Installs a package as an administrator would who wants to keep files of his own. */
export function install(machine: DebianMachine, file: string): Promise<string> {
  return machine.run(`dpkg --install --force-confold /files/${file}`);
}

/** A machine with birdkeeper installed, and nothing started. */
export async function installedMachine(
  { dir, current }: Packages,
  options?: MachineOptions,
): Promise<DebianMachine> {
  const machine = await debianMachine(dir, options);
  await install(machine, current);
  return machine;
}

/** A machine on which BIRD runs what birdkeeper writes, and birdkeeper follows an etcd with this node and one more. */
export async function servedMachine(
  packages: Packages,
  options?: MachineOptions,
): Promise<DebianMachine> {
  const machine = await installedMachine(packages, options);
  await useDropIn(machine);
  await machine.run('systemctl start etcd; ip address add 172.17.42.31/24 dev lo');
  await addNode(machine, 'node1', '172.17.42.31');
  await addNode(machine, 'node2', '172.17.42.32');
  await machine.run('systemctl start birdkeeper');
  await machine.until('ls /etc/birdkeeper/config', /bird\.cfg/);
  await machine.run('systemctl start bird');
  await machine.until('birdc show protocols', /Mesh_172_17_42_32/);
  return machine;
}

/** Has BIRD run what birdkeeper writes, as the documentation says. */
export async function useDropIn(machine: DebianMachine): Promise<void> {
  const dropIn = '/etc/systemd/system/bird.service.d/birdkeeper.conf';
  await machine.run(`install -D -m 644 /usr/share/birdkeeper/bird-drop-in.conf ${dropIn}
    systemctl daemon-reload`);
}

/** Tells etcd of a node. */
export async function addNode(
  machine: DebianMachine,
  name: string,
  address: string,
): Promise<void> {
  await machine.run(`etcdctl put /calico/bgp/v1/host/${name}/ip_addr_v4 ${address}`);
}
