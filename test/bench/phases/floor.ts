/** What BIRD itself takes for the files that birdkeeper has written: nothing can be quicker than that. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../../support/command.js';
import { tools } from '../../support/tools.js';
import type { FloorFigures } from '../figures.js';
import { memoryOf } from '../process-cost.js';
import type { Site } from '../site.js';
import { spreadOf } from '../statistics.js';

const GAP_MS = 100;
const SESSION = /protocol bgp Mesh_\w+ from (\w+) \{\s+neighbor \S+ as/g;

/**
 * Times `bird -p` and `birdc configure`, `count` times each, with another neighbour's address changed every time.
 *
 * The daemon must not run. BIRD runs the last generation, so that each reload differs by one session, as a change's does.
 */
export async function measureFloor(site: Site, count: number): Promise<FloorFigures> {
  const folder = join(site.dir, 'floor');
  await cp(site.outputDir, folder, { recursive: true, dereference: true });
  const file = join(folder, 'bird.cfg');
  const text = await readFile(file, 'latin1');
  const checkMs: number[] = [];
  const configureMs: number[] = [];
  await reload(site, file);
  for (let i = 1; i <= count; i++) {
    await sleep(GAP_MS);
    await writeFile(file, withAnotherSession(text, i, site.data.hosts));
    const startMs = performance.now();
    await runCommand(tools.bird2.bird, ['-p', '-c', file]);
    checkMs.push(performance.now() - startMs);
    await sleep(GAP_MS);
    configureMs.push(await reload(site, file));
  }
  return {
    checkMs: spreadOf(checkMs),
    configureMs: spreadOf(configureMs),
    birdMemory: memoryOf(site.bird.pid),
  };
}

/** From the start of `birdc` to the end of the reconfiguration, which BIRD may log after it has answered. */
async function reload(site: Site, file: string): Promise<number> {
  const { observer } = site;
  const count = observer.reloadCount();
  const startMs = performance.now();
  const [doneMs] = await Promise.all([
    observer.reloadDone(count),
    site.bird.birdc('configure', `"${file}"`),
  ]);
  return doneMs - startMs;
}

/** The text with another address for one session; which one depends on `i`. */
function withAnotherSession(text: string, i: number, hosts: number): string {
  const chosen = (i * 7919) % hosts;
  let index = 0;
  return text.replaceAll(SESSION, (session, template) => {
    index += 1;
    if (index - 1 !== chosen) {
      return session;
    }
    return `protocol bgp Mesh_10_253_0_${i} from ${template} {\n  neighbor 10.253.0.${i} as`;
  });
}
