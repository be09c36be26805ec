/** Many changes: as fast as etcd takes them, and at a steady rate. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sessionsOf } from '../../support/mesh-data.js';
import type { StreamFigures } from '../figures.js';
import type { Site } from '../site.js';

/** After the last change has been loaded: a reload that should not be would come now, and counts. */
const SETTLE_MS = 1500;

/** `count` changes by `lanes` writers at once. A host is written by one of them only, so its last address is known. */
export function measureBurst(site: Site, count: number, lanes: number): Promise<StreamFigures> {
  return measureStream(site, count, async () => {
    const hosts = Array.from({ length: count }, (_, i) => 1 + (i % site.data.hosts));
    const writeLane = async (lane: number): Promise<void> => {
      for (const host of hosts) {
        if (host % lanes === lane) {
          await site.changeHost(host);
        }
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => writeLane(lane)));
  });
}

/** `count` changes, so many a second. */
export function measureTrickle(
  site: Site,
  count: number,
  ratePerSecond: number,
): Promise<StreamFigures> {
  return measureStream(site, count, async () => {
    const startMs = performance.now();
    for (let i = 0; i < count; i++) {
      const dueMs = startMs + (i * 1000) / ratePerSecond;
      await sleep(Math.max(0, dueMs - performance.now()));
      await site.changeHost(1 + (i % site.data.hosts));
    }
  });
}

async function measureStream(
  site: Site,
  count: number,
  write: () => Promise<void>,
): Promise<StreamFigures> {
  const reloads = site.observer.reloadCount();
  const cpu = site.birdkeeper.cpu();
  const startMs = performance.now();
  await write();
  const writtenMs = performance.now();
  const expected = site.data.expectedSessions();
  const file = await site.observer.fileThat(
    'all changes in the file',
    (text) => sessionsOf(text) === expected,
  );
  const loadedMs = await site.observer.loaded(file);
  await sleep(SETTLE_MS);
  return {
    count,
    putMs: writtenMs - startMs,
    reloads: site.observer.reloadCount() - reloads,
    fileMs: Math.max(0, file.atMs - writtenMs),
    loadedMs: Math.max(0, loadedMs - writtenMs),
    cpuSeconds: site.birdkeeper.cpu().own - cpu.own,
  };
}
