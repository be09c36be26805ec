import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the daemon's memory small. To be called when its code is loaded, and no data yet.
 *
 * V8 lets the space for new objects grow to 3 x 16 MiB while the datastore is read at start, and never gives it back: with 5,000
 * nodes a quarter of all memory. While the code was loaded it has grown from 1 to 2 MiB, and is held there: in 1 MiB what a pass
 * needs for a moment grows old, and a pass costs a tenth more CPU time.
 *
 * Nor may V8 learn from the first pass, in which every session is new and stays, that objects made there grow old: it would put
 * those of every later pass, which are garbage at once, among the old ones. That is half a megabyte a pass at 5,000 nodes.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-allocation-site-pretenuring');
}
