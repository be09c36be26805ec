import { loadavg } from 'node:os';
import type { MeshData } from '../support/mesh-data.js';
import { Calico3Data } from './calico3-data.js';
import type { SizeFigures } from './figures.js';
import type { BenchOptions } from './options.js';
import { measureColdStart } from './phases/cold-start.js';
import { measureFloor } from './phases/floor.js';
import { measureIdle } from './phases/idle.js';
import { measureLabels } from './phases/labels.js';
import { measureSinglePuts } from './phases/single-puts.js';
import { measureBurst, measureTrickle } from './phases/streams.js';
import { Site } from './site.js';

/** All figures of one size, phase by phase; after each phase that changes something, file and BIRD are compared with etcd. */
export function measureSize(
  data: MeshData,
  options: BenchOptions,
  onPhase: (phase: string) => void,
): Promise<SizeFigures> {
  const { hosts, title } = data;
  const { lanes, program } = options;
  return Site.with({ data, lanes, program }, async (site) => {
    const loadAverage = loadavg()[0] ?? 0;
    const wrong: string[] = [];
    const phase = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      onPhase(`${title}: ${name}`);
      const figures = await work();
      wrong.push(...(await site.faults(name)));
      return figures;
    };
    const { starts, idleSeconds, puts, gapMs, burst, trickle, ratePerSecond } = options;
    const coldStart = await phase('cold start', () => measureColdStart(site, starts));
    const idle = await phase('idle', () => measureIdle(site, idleSeconds));
    const put = await phase('single puts', () => measureSinglePuts(site, puts, gapMs));
    const burstFigures = await phase('burst', () => measureBurst(site, burst, lanes));
    const trickleFigures = await phase('trickle', () =>
      measureTrickle(site, trickle, ratePerSecond),
    );
    const labels =
      data instanceof Calico3Data
        ? await phase('labels', () => measureLabels(site, data, puts, gapMs))
        : undefined;
    const memory = site.birdkeeper.memory();
    await site.stopBirdkeeper();
    onPhase(`${title}: BIRD alone`);
    return {
      ...{ title, hosts, keys: data.entries().length, loadAverage, coldStart, idle, put },
      ...{ burst: burstFigures, trickle: trickleFigures, memory },
      ...(labels && { labels }),
      floor: await measureFloor(site, options.floor),
      wrong,
    };
  });
}
