import { setTimeout as sleep } from 'node:timers/promises';
import { sessionsOf } from '../../support/mesh-data.js';
import type { ColdStartFigures } from '../figures.js';
import type { Site } from '../site.js';
import { spreadOf } from '../statistics.js';

/** Until the first generation has settled, and the next start is not disturbed. */
const SETTLE_MS = 500;

/** Starts the daemon so many times on empty folders; the last one goes on running. */
export async function measureColdStart(site: Site, starts: number): Promise<ColdStartFigures> {
  const fileMs: number[] = [];
  const loadedMs: number[] = [];
  for (let i = 1; i <= starts; i++) {
    const { startedMs } = await site.startBirdkeeper();
    const expected = site.data.expectedSessions();
    const file = await site.observer.fileThat(
      'the first complete file',
      (text) => sessionsOf(text) === expected,
    );
    fileMs.push(file.atMs - startedMs);
    loadedMs.push((await site.observer.loaded(file)) - startedMs);
    await sleep(SETTLE_MS);
    if (i < starts) {
      await site.stopBirdkeeper();
    }
  }
  return { fileMs: spreadOf(fileMs), loadedMs: spreadOf(loadedMs) };
}
