import { type Clock, delay } from '../base/clock.js';

/** How long the daemon may take to do as it is told, in milliseconds: a pass may be in hand. */
const TIMEOUT_MS = 90_000;
const LOOK_MS = 100;

/** Looks until the daemon has done what is wanted, or had its time; gives what was found last. */
export async function waitForDaemon<T>(
  look: () => Promise<T>,
  isWanted: (found: T) => boolean,
  clock: Clock,
): Promise<{ readonly isSeen: boolean; readonly found: T }> {
  const deadline = clock.monotonic() + TIMEOUT_MS;
  for (;;) {
    const found = await look();
    const isSeen = isWanted(found);
    if (isSeen || clock.monotonic() > deadline) {
      return { isSeen, found };
    }
    await delay(clock, LOOK_MS);
  }
}
