import { type MetricSources, Metrics } from '../../../src/observe/metrics.js';

/** Metrics of a daemon with this status. */
export function metricsOf(
  status: MetricSources['status'],
  sources: Partial<MetricSources> = {},
): Metrics {
  return new Metrics({
    status,
    planned: () => ({ ipv4: [], ipv6: [] }),
    sessions: async () => [],
    lostLogLines: () => 0,
    ...sources,
  });
}
