/** Metrics of the process, by the names that all programs with prom-client have: `process_*` and `nodejs_*`. */

import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * How often the event loop's lag is measured, in milliseconds. At prom-client's own 10 ms this alone costs an idle daemon 4 ms
 * of CPU a second (measured), which is more than all the rest of it.
 */
const LAG_PRECISION_MS = 1_000;

let registry: Registry | undefined;

/** These metrics in Prometheus' text format. Collected from the first call on, once a process: prom-client can't stop it. */
export function processMetricsText(): Promise<string> {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
  }
  return registry.metrics();
}
