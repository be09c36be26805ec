/** An output directory, a real BIRD that reads it, and appliers that are closed after the test. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Applier, type ApplierOptions } from '../../src/apply/applier.js';
import { systemClock } from '../../src/base/clock.js';
import { IDLE_CONFIG } from './apply-files.js';
import { RecordingLogger } from './recording-logger.js';
import { makeApplyFolder, TestBird, type TestBirdKind } from './start-bird.js';

/** See the head of this file. Everything is gone when the test ends. */
export class ApplySite {
  readonly dir: string;
  readonly outputDir: string;
  readonly logger = new RecordingLogger();
  #open: Applier[] = [];

  private constructor(dir: string, outputDir: string) {
    this.dir = dir;
    this.outputDir = outputDir;
  }

  static async create(): Promise<ApplySite> {
    const folder = await makeApplyFolder();
    const site = new ApplySite(folder.dir, folder.outputDir);
    onTestFinished(async () => {
      await site.closeAll();
      await folder.remove();
    });
    return site;
  }

  /** A BIRD that will read this output directory; not started. */
  bird(kind: TestBirdKind = 'bird2'): TestBird {
    const bird = new TestBird(kind, this.outputDir, this.dir);
    onTestFinished(() => bird.dispose());
    return bird;
  }

  /** A BIRD that runs a configuration which does nothing. */
  async startBird(kind: TestBirdKind = 'bird2'): Promise<TestBird> {
    const bird = this.bird(kind);
    await writeFile(join(this.outputDir, `${bird.instance.daemon}.cfg`), IDLE_CONFIG);
    await bird.start();
    return bird;
  }

  async open(
    birds: ApplierOptions['birds'],
    options: Partial<ApplierOptions> = {},
  ): Promise<Applier> {
    const { outputDir, logger } = this;
    const applier = await Applier.open({
      outputDir,
      birds,
      clock: systemClock,
      logger,
      ...options,
    });
    this.#open.push(applier);
    return applier;
  }

  /** Closes the appliers that are open, as a stop of birdkeeper does. */
  async closeAll(): Promise<void> {
    const open = this.#open;
    this.#open = [];
    for (const applier of open) {
      await applier.close();
    }
  }
}
