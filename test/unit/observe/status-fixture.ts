import type { DaemonStatus } from '../../../src/observe/status.js';
import { StatusBoard } from '../../../src/observe/status-board.js';

/** A daemon that started at second 1,000 and has heard nothing yet, with `parts` in the place of its own. */
export function statusWith(parts: Partial<DaemonStatus> = {}): DaemonStatus {
  return {
    version: '1.2.3',
    node: 'node-a',
    role: 'node',
    dialect: 'bird2',
    startedAt: 1_000_000,
    datastore: { description: 'etcd3 http://192.0.2.1:2379', state: 'connecting', snapshots: 0 },
    sessions: { ipv4: 0, ipv6: 0 },
    problems: [],
    birds: [],
    ...parts,
  };
}

/** A board that holds `status` at first. What stands and what BIRD runs stays as it is there. */
export function boardWith(status: DaemonStatus = statusWith()): StatusBoard {
  const { generation, birds, ...told } = status;
  return new StatusBoard(told, () => ({ birds, ...(generation && { generation }) }));
}
