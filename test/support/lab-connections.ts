/**
 * The TCP connections of a host's BGP sessions, as the kernel has them: a session that was restarted has another one, by
 * which every BIRD can be judged alike (BIRD 1.6 tells times to the second, and a second off).
 */
import type { LabHost } from './lab-host.js';
import type { Namespace } from './netns.js';
import { tools } from './tools.js';
import { LONG_DEADLINE_MS, waitFor } from './wait-for.js';

/** The connection of each neighbor, by the neighbor's address: `172.17.42.30 179 40112`. */
export type Connections = ReadonlyMap<string, string>;

/** Waits until all sessions of all hosts are Established, each on one connection; gives those of each host. */
export async function settledConnections(
  hosts: readonly LabHost[],
  isMeant: (neighbor: string) => boolean,
): Promise<ReadonlyMap<LabHost, Connections>> {
  let found = new Map<LabHost, Connections>();
  const looksSettled = async (host: LabHost): Promise<boolean> => {
    const sessions = (await host.sessions()).filter(({ name }) => isMeant(neighborOf(name)));
    const connections = await connectionsOf(host.namespace);
    const own = sessions.map(({ name }) => connections.get(neighborOf(name)) ?? []);
    found.set(
      host,
      new Map(sessions.map(({ name }, n) => [neighborOf(name), own[n]?.join(' and ') ?? ''])),
    );
    return (
      sessions.every(({ info }) => info === 'Established') &&
      own.every((ofNeighbor) => ofNeighbor.length === 1)
    );
  };
  const look = async (): Promise<boolean> => {
    found = new Map();
    return (await Promise.all(hosts.map(looksSettled))).every(Boolean);
  };
  // After an error BIRD waits a minute before it tries again (`error wait time`), and for an instant a change makes errors.
  const timeoutMs = LONG_DEADLINE_MS;
  await waitFor(look, { what: 'all sessions to be Established', everyMs: 50, timeoutMs });
  return found;
}

/** The neighbor of a session, by Calico's way of naming: `Mesh_172_17_42_31`, `Global_fd00_17__40`. */
export function neighborOf(protocolName: string): string {
  const address = protocolName.slice(protocolName.indexOf('_') + 1);
  return address.replaceAll('_', /^\d+(_\d+){3}$/.test(address) ? '.' : ':');
}

async function connectionsOf(namespace: Namespace): Promise<ReadonlyMap<string, string[]>> {
  const filter = ['state', 'established', '( sport = :179 or dport = :179 )'];
  const output = await namespace.exec(tools.ss, ['-Htn', ...filter]);
  const found = new Map<string, string[]>();
  for (const line of output.split('\n').filter((text) => text.trim() !== '')) {
    const [, , local = '', remote = ''] = line.trim().split(/\s+/);
    const [, localPort] = endOf(local);
    const [neighbor, remotePort] = endOf(remote);
    const connections = found.get(neighbor) ?? [];
    connections.push(`${localPort} ${remotePort}`);
    found.set(neighbor, connections);
  }
  return found;
}

/** Address and port of `172.17.42.30:179` or `[fd00:17::30]:179`. */
function endOf(text: string): readonly [address: string, port: string] {
  const colon = text.lastIndexOf(':');
  return [text.slice(0, colon).replaceAll(/[[\]]/g, ''), text.slice(colon + 1)];
}
