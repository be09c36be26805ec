import { setTimeout as sleep } from 'node:timers/promises';
import { neighborText } from '../../support/mesh-data.js';
import type { PutFigures } from '../figures.js';
import type { Site } from '../site.js';
import { spreadOf } from '../statistics.js';

/** Changes the address of one host after the other, each when the one before is loaded and `gapMs` have passed. */
export async function measureSinglePuts(
  site: Site,
  count: number,
  gapMs: number,
): Promise<PutFigures> {
  const fileMs: number[] = [];
  const loadedMs: number[] = [];
  const cpu = site.birdkeeper.cpu();
  const bytes = await site.etcdBytes(0);
  const reloads = site.observer.reloadCount();
  for (const host of scattered(count, site.data.hosts)) {
    await sleep(gapMs);
    const startMs = performance.now();
    const address = await site.changeHost(host);
    const file = await site.observer.fileThat(`${address} in the file`, (text) =>
      text.includes(neighborText(address)),
    );
    fileMs.push(file.atMs - startMs);
    loadedMs.push((await site.observer.loaded(file)) - startMs);
  }
  await sleep(gapMs);
  const spent = site.birdkeeper.cpu();
  return {
    count,
    fileMs: spreadOf(fileMs),
    loadedMs: spreadOf(loadedMs),
    cpuMs: ((spent.own - cpu.own) * 1000) / count,
    childrenCpuMs: ((spent.children - cpu.children) * 1000) / count,
    etcdBytes: ((await site.etcdBytes(count)) - bytes) / count,
    reloads: site.observer.reloadCount() - reloads,
  };
}

/** `count` hosts here and there, the same in every run. */
export function scattered(count: number, hosts: number): readonly number[] {
  // A step that shares no divisor with common sizes; hosts count from 1.
  return Array.from({ length: count }, (_, i) => 1 + ((i * 7919) % hosts));
}
