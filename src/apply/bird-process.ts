import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { BirdInstance } from './bird-instance.js';
import { BirdMonitor, type BirdPresence } from './bird-monitor.js';
import { type BirdCondition, ConditionWatch } from './condition-watch.js';
import { Launcher } from './process/launcher.js';
import { processAt } from './process-at.js';

/** What a BIRD process needs. */
export interface BirdProcessOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when it comes, goes or is replaced, after `start` has resolved. */
  readonly onPresence: (presence: BirdPresence) => void;
  /** Told when something out of the ordinary with it comes or goes. */
  readonly onCondition: () => void;
}

/** One BIRD of this host while an applier works with it: its programs can be run, its coming and going is noticed. */
export class BirdProcess {
  readonly instance: BirdInstance;
  readonly runner: Launcher;
  readonly #monitor: BirdMonitor;
  readonly #conditions: ConditionWatch;

  constructor(instance: BirdInstance, options: BirdProcessOptions) {
    const { clock, logger, onPresence, onCondition } = options;
    this.instance = instance;
    this.runner = new Launcher(clock);
    this.#monitor = new BirdMonitor({
      socketPath: instance.socketPath,
      clock,
      onChange: (presence) => {
        this.#conditions.restarted();
        onPresence(presence);
      },
    });
    this.#conditions = new ConditionWatch({
      ...{ bird: instance, clock, logger },
      isUp: () => this.presence.isUp,
      onChange: onCondition,
    });
  }

  async start(): Promise<void> {
    this.runner.warmUp();
    await this.#monitor.start();
    this.#conditions.start();
  }

  async close(): Promise<void> {
    await Promise.all([this.#monitor.close(), this.#conditions.close(), this.runner.close()]);
  }

  get presence(): BirdPresence {
    return this.#monitor.presence;
  }

  /** What was out of the ordinary with it at the last look. */
  get condition(): BirdCondition {
    return this.#conditions.current;
  }

  /** It has loaded a configuration: how it does with it is looked at soon. */
  noteLoaded(): void {
    this.#conditions.loaded();
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
