/** Metrics that are states of the daemon, read from its status when somebody scrapes. */

import type { MetricTable } from './metric-table.js';
import { type DaemonStatus, runsWhatIsAsked } from './status.js';

/** What is known of a birdkeeper before it knows which BIRD it works for. */
export type FirstStatus = Pick<
  DaemonStatus,
  'version' | 'role' | 'dialect' | 'birds' | 'desiredDigest'
>;

/** Declares them. @param lostLogLines - how many lines of the log were lost */
export function addStateMetrics(
  table: MetricTable,
  status: () => DaemonStatus,
  lostLogLines: () => number,
): void {
  addFirstMetrics(table, status, lostLogLines);
  addConfigMetrics(table, status);
  addDatastoreMetrics(table, status);
  addInputMetrics(table, status);
  addUnknownFields(table, status);
  addBirdMetrics(table, status);
}

/** Declares those of them that a birdkeeper has from its first moment on. */
export function addFirstMetrics(
  table: MetricTable,
  status: () => FirstStatus,
  lostLogLines: () => number,
): void {
  table.gauge(
    'birdkeeper_build_info',
    'Constant 1; the labels say what runs',
    (gauge) => {
      const { version, dialect, role } = status();
      gauge.set({ version, dialect, role }, 1);
    },
    ['version', 'dialect', 'role'],
  );
  table.gauge(
    'birdkeeper_config_loaded',
    '1 when every BIRD process that is needed runs what the datastore asks for now, else 0',
    (gauge) => gauge.set(runsWhatIsAsked(status()) ? 1 : 0),
  );
  table.total(
    'birdkeeper_log_lines_lost_total',
    'Lines that nobody read, or that could not be written',
    lostLogLines,
  );
}

function addConfigMetrics(table: MetricTable, status: () => DaemonStatus): void {
  table.gauge('birdkeeper_generation_sequence', 'Number of the generation on disk', (gauge) =>
    gauge.set(status().generation?.sequence ?? 0),
  );
  table.gauge(
    'birdkeeper_held',
    '1 while what the datastore asks for is held back, else 0',
    (gauge) => gauge.set(status().held === undefined ? 0 : 1),
  );
  table.gauge(
    'birdkeeper_pinned',
    '1 while an operator has rolled back and the datastore is not followed, else 0',
    (gauge) => gauge.set(status().pinned === undefined ? 0 : 1),
  );
  table.gauge(
    'birdkeeper_trial',
    '1 while BIRD is going to undo what it runs unless its sessions come back, else 0',
    (gauge) => gauge.set(status().trial === undefined ? 0 : 1),
  );
  table.gauge(
    'birdkeeper_quarantined',
    '1 while what the datastore asks for was undone since sessions did not come back, else 0',
    (gauge) => gauge.set(status().quarantine === undefined ? 0 : 1),
  );
  table.gauge(
    'birdkeeper_pinned_waiting_lines',
    'Lines of the files that would change when the rollback ended now',
    (gauge) => gauge.set(status().pinned?.waitingLines ?? 0),
  );
}

function addDatastoreMetrics(table: MetricTable, status: () => DaemonStatus): void {
  table.gauge('birdkeeper_datastore_up', '1 when the datastore is followed, else 0', (gauge) =>
    gauge.set(status().datastore.state === 'synced' ? 1 : 0),
  );
  table.gauge(
    'birdkeeper_datastore_last_heard_timestamp_seconds',
    'When the datastore last proved to be alive',
    (gauge) => gauge.set((status().datastore.heardAt ?? 0) / 1000),
  );
  table.total(
    'birdkeeper_datastore_snapshots_total',
    'Whole snapshots taken since the start; each but the first because changes may have been missed',
    () => status().datastore.snapshots,
  );
}

function addInputMetrics(table: MetricTable, status: () => DaemonStatus): void {
  table.gauge(
    'birdkeeper_planned_sessions',
    'BGP sessions that the plan has',
    (gauge) => {
      const { ipv4, ipv6 } = status().sessions;
      gauge.set({ family: 'ipv4' }, ipv4);
      gauge.set({ family: 'ipv6' }, ipv6);
    },
    ['family'],
  );
  table.gauge(
    'birdkeeper_problems',
    'Input that is refused right now, by kind',
    (gauge) => {
      for (const { code } of status().problems) {
        gauge.inc({ code });
      }
    },
    ['code'],
  );
}

function addUnknownFields(table: MetricTable, status: () => DaemonStatus): void {
  table.gauge(
    'birdkeeper_unknown_fields',
    'Fields of resources of Calico 3 that are ignored since they are not known here, by kind; absent where there are none',
    (gauge) => {
      for (const [kind, { count }] of Object.entries(status().input?.unknownFields ?? {})) {
        gauge.set({ kind }, count);
      }
    },
    ['kind'],
  );
}

function addBirdMetrics(table: MetricTable, status: () => DaemonStatus): void {
  const needed = (): DaemonStatus['birds'] => status().birds.filter(({ isNeeded }) => isNeeded);
  table.gauge(
    'birdkeeper_bird_up',
    '1 when the BIRD process answers on its control socket, else 0; absent for one that this host has no use for',
    (gauge) => {
      for (const { daemon, isUp } of needed()) {
        gauge.set({ daemon }, isUp ? 1 : 0);
      }
    },
    ['daemon'],
  );
  table.gauge(
    'birdkeeper_sessions_without_port',
    "BGP sessions that are down since BIRD could not open its listening socket: something else has BGP's port",
    (gauge) => {
      for (const { daemon, portTaken } of needed()) {
        gauge.set({ daemon }, portTaken?.count ?? 0);
      }
    },
    ['daemon'],
  );
  table.gauge(
    'birdkeeper_graceful_restart_recovery',
    '1 while BIRD is in graceful restart recovery and holds new routes back, else 0',
    (gauge) => {
      for (const { daemon, recovery } of needed()) {
        gauge.set({ daemon }, recovery === undefined ? 0 : 1);
      }
    },
    ['daemon'],
  );
}
