/**
 * Prometheus metrics. What is a state is read from the status when somebody scrapes; what is counted is counted here.
 * docs/metrics.md is made of this table. The process itself is told by prom-client's standard names (process-metrics.ts).
 */

import type { Counter, Histogram } from 'prom-client';

import type { SessionState } from '../apply/session-states.js';
import { type MetricDescription, MetricTable } from './metric-table.js';
import { processMetricsText } from './process-metrics.js';
import { addSessionMetrics } from './session-metrics.js';
import { addFirstMetrics, addStateMetrics, type FirstStatus } from './state-metrics.js';
import type { DaemonStatus, PlannedSessions } from './status.js';

/** What is asked when somebody scrapes. */
export interface MetricSources {
  readonly status: () => DaemonStatus;
  /** The sessions of the newest plan. */
  readonly planned: () => PlannedSessions;
  /** The BGP sessions that BIRD runs. */
  readonly sessions: () => Promise<readonly SessionState[]>;
  /** How many lines of the log were lost. */
  readonly lostLogLines: () => number;
}

/** All metrics of one daemon. */
export class Metrics {
  readonly #table = new MetricTable();
  readonly #passes: Counter<'outcome'>;
  readonly #stages: Histogram<'stage'>;
  readonly #loads: Histogram;
  readonly #changes: Counter;
  readonly #reloads: Counter<'outcome'>;

  constructor({ status, planned, sessions, lostLogLines }: MetricSources) {
    const table = this.#table;
    this.#passes = table.counter(
      'birdkeeper_passes_total',
      'Passes from the datastore to BIRD, by how they ended',
      ['outcome'],
    );
    this.#reloads = table.counter(
      'birdkeeper_reloads_total',
      'Passes that had BIRD load a configuration, by how that ended',
      ['outcome'],
    );
    this.#changes = table.counter(
      'birdkeeper_changes_total',
      'Changed keys that concern this host',
      [],
    );
    this.#stages = table.seconds(
      'birdkeeper_pass_stage_seconds',
      'How long each stage of a pass took',
      ['stage'],
    );
    this.#loads = table.seconds(
      'birdkeeper_change_to_loaded_seconds',
      "From the datastore's first change being heard to BIRD's word that it runs it",
      [],
    );
    addStateMetrics(table, status, lostLogLines);
    addSessionMetrics(table, sessions, planned);
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
  async text(): Promise<string> {
    return metricsText(this.#table);
  }

  /** Every metric but those of the process, for docs/metrics.md. */
  describe(): Promise<readonly MetricDescription[]> {
    return this.#table.describe();
  }
}

/** Those that a birdkeeper has which waits for a BIRD: what it would tell otherwise, it doesn't know yet. */
export class FirstMetrics {
  readonly #table = new MetricTable();

  constructor(status: FirstStatus, lostLogLines: () => number) {
    addFirstMetrics(this.#table, () => status, lostLogLines);
  }

  /** See `Metrics.text`. */
  text(): Promise<string> {
    return metricsText(this.#table);
  }
}

async function metricsText({ registry }: MetricTable): Promise<string> {
  return `${await registry.metrics()}\n${await processMetricsText()}`;
}
