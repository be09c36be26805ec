/**
 * Prometheus metrics. What is a state is read from the status when somebody scrapes; what is counted is counted here.
 * docs/metrics.md is made of this table.
 */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';

import { type DaemonStatus, runsWhatIsAsked } from './status.js';

/** From a change that costs nothing to a BIRD with thousands of sessions. */
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What a metric is, for people. */
export interface MetricDescription {
  readonly name: string;
  /** `counter`, `gauge` or `histogram`. */
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** What is asked when somebody scrapes. */
export interface MetricSources {
  readonly status: () => DaemonStatus;
  /** How many lines of the log were lost. */
  readonly lostLogLines: () => number;
}

/** All metrics of one daemon. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #labelNames = new Map<string, readonly string[]>();
  readonly #status: () => DaemonStatus;
  readonly #lostLogLines: () => number;
  readonly #passes: Counter<'outcome'>;
  readonly #stages: Histogram<'stage'>;
  readonly #loads: Histogram;
  readonly #changes: Counter;
  readonly #reloads: Counter<'outcome'>;

  constructor({ status, lostLogLines }: MetricSources) {
    this.#status = status;
    this.#lostLogLines = lostLogLines;
    this.#passes = this.#counter(
      'birdkeeper_passes_total',
      'Passes from the datastore to BIRD, by how they ended',
      ['outcome'],
    );
    this.#reloads = this.#counter(
      'birdkeeper_reloads_total',
      'Passes that had BIRD load a configuration, by how that ended',
      ['outcome'],
    );
    this.#changes = this.#counter(
      'birdkeeper_changes_total',
      'Changed keys that concern this host',
      [],
    );
    this.#stages = new Histogram({
      ...this.#declared('birdkeeper_pass_stage_seconds', 'How long each stage of a pass took', [
        'stage',
      ]),
      buckets: SECONDS_BUCKETS,
    });
    this.#loads = new Histogram({
      ...this.#declared(
        'birdkeeper_change_to_loaded_seconds',
        "From the datastore's first change being heard to BIRD's word that it runs it",
        [],
      ),
      buckets: SECONDS_BUCKETS,
    });
    this.#addStates();
  }

  countPass(outcome: string): void {
    this.#passes.inc({ outcome });
  }

  countReload(outcome: string): void {
    this.#reloads.inc({ outcome });
  }

  countChanges(count: number): void {
    this.#changes.inc(count);
  }

  observeLoad(durationMs: number): void {
    this.#loads.observe(durationMs / 1000);
  }

  observeStages(stagesMs: Readonly<Record<string, number>>): void {
    for (const [stage, durationMs] of Object.entries(stagesMs)) {
      this.#stages.observe({ stage }, durationMs / 1000);
    }
  }

  /** The metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Every metric, for docs/metrics.md. */
  async describe(): Promise<readonly MetricDescription[]> {
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics.map(({ name, type, help }) => {
      const labels = this.#labelNames.get(name) ?? [];
      return { name, type: String(type), labels, help };
    });
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter(this.#declared(name, help, labelNames));
  }

  #declared<L extends string>(name: string, help: string, labelNames: readonly L[]) {
    this.#labelNames.set(name, labelNames);
    return { name, help, labelNames: [...labelNames], registers: [this.#registry] };
  }

  #gauge<L extends string>(
    name: string,
    help: string,
    collect: (gauge: Gauge<L>, status: DaemonStatus) => void,
    labelNames: readonly L[] = [],
  ): void {
    const status = this.#status;
    new Gauge<L>({
      ...this.#declared(name, help, labelNames),
      collect() {
        this.reset();
        collect(this, status());
      },
    });
  }

  /** A counter that somebody else counts. */
  #total(name: string, help: string, read: (status: DaemonStatus) => number): void {
    const status = this.#status;
    new Counter({
      ...this.#declared(name, help, []),
      collect() {
        this.reset();
        this.inc(read(status()));
      },
    });
  }

  #addStates(): void {
    this.#gauge(
      'birdkeeper_build_info',
      'Constant 1; the labels say what runs',
      (gauge, { version, dialect, role }) => gauge.set({ version, dialect, role }, 1),
      ['version', 'dialect', 'role'],
    );
    this.#gauge('birdkeeper_generation_sequence', 'Number of the generation on disk', (gauge, s) =>
      gauge.set(s.generation?.sequence ?? 0),
    );
    this.#gauge(
      'birdkeeper_config_loaded',
      '1 when every BIRD process that is needed runs what the datastore asks for now, else 0',
      (gauge, s) => gauge.set(runsWhatIsAsked(s) ? 1 : 0),
    );
    this.#gauge(
      'birdkeeper_datastore_up',
      '1 when the datastore is followed, else 0',
      (gauge, { datastore }) => gauge.set(datastore.state === 'synced' ? 1 : 0),
    );
    this.#gauge(
      'birdkeeper_datastore_last_heard_timestamp_seconds',
      'When the datastore last proved to be alive',
      (gauge, { datastore }) => gauge.set((datastore.heardAt ?? 0) / 1000),
    );
    this.#total(
      'birdkeeper_datastore_snapshots_total',
      'Whole snapshots taken since the start; each but the first is a resync',
      ({ datastore }) => datastore.snapshots,
    );
    this.#gauge(
      'birdkeeper_planned_sessions',
      'BGP sessions that the plan has',
      (gauge, { sessions }) => {
        gauge.set({ family: 'ipv4' }, sessions.ipv4);
        gauge.set({ family: 'ipv6' }, sessions.ipv6);
      },
      ['family'],
    );
    this.#gauge(
      'birdkeeper_problems',
      'Input that is refused right now, by kind',
      (gauge, { problems }) => {
        for (const { code } of problems) {
          gauge.inc({ code });
        }
      },
      ['code'],
    );
    this.#gauge(
      'birdkeeper_held',
      '1 while what the datastore asks for is held back, else 0',
      (gauge, { held }) => gauge.set(held === undefined ? 0 : 1),
    );
    this.#gauge(
      'birdkeeper_bird_up',
      '1 when the BIRD process answers on its control socket, else 0; absent for one that this host has no use for',
      (gauge, { birds }) => {
        for (const { daemon, isUp } of birds.filter(({ isNeeded }) => isNeeded)) {
          gauge.set({ daemon }, isUp ? 1 : 0);
        }
      },
      ['daemon'],
    );
    this.#total(
      'birdkeeper_log_lines_lost_total',
      'Lines that nobody read, or that could not be written',
      () => this.#lostLogLines(),
    );
    this.#gauge('birdkeeper_resident_memory_bytes', 'Memory of this process', (gauge) =>
      gauge.set(process.memoryUsage.rss()),
    );
    this.#total('birdkeeper_cpu_seconds_total', 'CPU time of this process since its start', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
  }
}
