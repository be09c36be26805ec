/** Quantiles of measurements. */

/** Median, 95th percentile and the largest of some measurements. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** The spread of at least one value, by nearest rank: each figure is one that was measured. */
export function spreadOf(values: readonly number[]): Spread {
  const ordered = [...values].sort((a, b) => a - b);
  const rank = (p: number): number => ordered[Math.max(0, Math.ceil(p * ordered.length) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}
