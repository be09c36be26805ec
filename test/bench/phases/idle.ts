import { setTimeout as sleep } from 'node:timers/promises';
import type { IdleFigures } from '../figures.js';
import type { Site } from '../site.js';

const SETTLE_MS = 2000;

/** What the daemon costs while nothing changes. */
export async function measureIdle(site: Site, seconds: number): Promise<IdleFigures> {
  await sleep(SETTLE_MS);
  const cpu = site.birdkeeper.cpu();
  const bytes = await site.etcdBytes(0);
  await sleep(seconds * 1000);
  return {
    seconds,
    cpuMs: (site.birdkeeper.cpu().own - cpu.own) * 1000,
    etcdBytes: (await site.etcdBytes(0)) - bytes,
    memory: site.birdkeeper.memory(),
  };
}
