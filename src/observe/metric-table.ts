/** How the metrics of a daemon are declared: each once, for the registry and for docs/metrics.md. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';

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

/** Metrics by name, in a registry of their own. */
export class MetricTable {
  readonly registry = new Registry();
  readonly #labelNames = new Map<string, readonly string[]>();

  /** What prom-client wants of a metric. */
  declare<L extends string>(name: string, help: string, labelNames: readonly L[]) {
    this.#labelNames.set(name, labelNames);
    return { name, help, labelNames: [...labelNames], registers: [this.registry] };
  }

  /** A state, read when somebody scrapes. */
  gauge<L extends string>(
    name: string,
    help: string,
    collect: (gauge: Gauge<L>) => void | Promise<void>,
    labelNames: readonly L[] = [],
  ): void {
    new Gauge<L>({
      ...this.declare(name, help, labelNames),
      collect() {
        this.reset();
        return collect(this);
      },
    });
  }

  /** A counter that somebody else counts. */
  total(name: string, help: string, read: () => number): void {
    new Counter({
      ...this.declare(name, help, []),
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter(this.declare(name, help, labelNames));
  }

  seconds<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
    return new Histogram({ ...this.declare(name, help, labelNames), buckets: SECONDS_BUCKETS });
  }

  /** Every metric, in the order in which they were declared. */
  async describe(): Promise<readonly MetricDescription[]> {
    const metrics = await this.registry.getMetricsAsJSON();
    return metrics.map(({ name, type, help }) => {
      const labels = this.#labelNames.get(name) ?? [];
      return { name, type: String(type), labels, help };
    });
  }
}
