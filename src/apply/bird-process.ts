import type { BirdInstance } from './bird-instance.js';
import { BirdMonitor, type BirdMonitorOptions, type BirdPresence } from './bird-monitor.js';
import { Launcher } from './process/launcher.js';
import { processAt } from './process-at.js';

/** One BIRD of this host while an applier works with it: its programs can be run, its coming and going is noticed. */
export class BirdProcess {
  readonly instance: BirdInstance;
  readonly runner: Launcher;
  readonly #monitor: BirdMonitor;

  constructor(instance: BirdInstance, options: Omit<BirdMonitorOptions, 'socketPath'>) {
    this.instance = instance;
    this.runner = new Launcher(options.clock);
    this.#monitor = new BirdMonitor({ ...options, socketPath: instance.socketPath });
  }

  async start(): Promise<void> {
    this.runner.warmUp();
    await this.#monitor.start();
  }

  async close(): Promise<void> {
    await Promise.all([this.#monitor.close(), this.runner.close()]);
  }

  get presence(): BirdPresence {
    return this.#monitor.presence;
  }

  /** Which process it is now; `undefined` without a control socket. */
  identify(): string | undefined {
    return processAt(this.instance.socketPath);
  }

  /** Whether `process` is the one that runs. A socket that a dead BIRD left behind is none. */
  isStill(process: string | undefined): boolean {
    const isDead = process !== undefined && !this.presence.isUp;
    return !isDead && this.identify() === process;
  }
}
