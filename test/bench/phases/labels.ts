import { setTimeout as sleep } from 'node:timers/promises';
import type { Calico3Data } from '../calico3-data.js';
import type { LabelFigures } from '../figures.js';
import type { Site } from '../site.js';
import { scattered } from './single-puts.js';

/** Changes a label that no selector names, of one node after the other. BIRD has nothing to do for it. */
export async function measureLabels(
  site: Site,
  data: Calico3Data,
  count: number,
  gapMs: number,
): Promise<LabelFigures> {
  const cpu = site.birdkeeper.cpu();
  const reloads = site.observer.reloadCount();
  for (const node of scattered(count, data.hosts)) {
    data.nextLabel(node);
    await site.writer.put(...data.entryOf(node));
    await sleep(gapMs);
  }
  return {
    count,
    cpuMs: ((site.birdkeeper.cpu().own - cpu.own) * 1000) / count,
    reloads: site.observer.reloadCount() - reloads,
  };
}
