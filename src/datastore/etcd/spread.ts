/**
 * What all hosts ask for at the same time has to be spread, or nobody gets an answer. A list of 15,000 keys (5,000 hosts) costs
 * etcd 15 ms of a core on a quiet machine and 26 ms on a busy one, and 1.2 MB. 2,000 hosts that listed at once never got through
 * (etcd 3.4.23 on two cores), since each gave up and asked again before its turn. Spread over 75 s, 5,000 did.
 *
 * A host doesn't know how many others there are. But the number of keys grows with the number of hosts, and so does the cost of
 * a list: hence the square. 15,000 keys are spread over 150 s, which takes half to nine tenths of a core; 3,000 keys (1,000
 * hosts) over 6 s; 300 keys over 60 ms.
 */
const KEYS_SQUARED_PER_MS = 1_500;
const MAX_SPREAD_MS = 3_600_000;

/** Over how many milliseconds all hosts should spread their lists of a store with `keys` keys. */
export function spreadMsOf(keys: number): number {
  return Math.min((keys * keys) / KEYS_SQUARED_PER_MS, MAX_SPREAD_MS);
}
