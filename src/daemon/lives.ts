/**
 * One daemon after the other: on SIGHUP a new one takes the place of the old, until SIGTERM or SIGINT.
 *
 * On SIGHUP the new settings and templates are read and checked while the old daemon still runs. When they aren't sound, the log
 * says why and the old daemon stays. It stays too while the new settings have to wait for a BIRD. The next signal ends that wait.
 */

import { ApplyError } from '../apply/apply-error.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { ListenError } from '../observe/http-server.js';
import type { SystemdNotifier } from '../observe/sd-notify.js';
import { TemplateError } from '../render/template-error.js';
import type { LoadedSettings, Settings } from '../settings/load-settings.js';
import { type Preparation, type PrepareContext, prepare, prepareAgain } from './prepare.js';
import type { SignalQueue } from './signal-queue.js';
import { type RunningDaemon, type StartContext, startDaemon } from './start-daemon.js';
import { WaitingRoom } from './waiting-room.js';

/** What all lives share. */
export interface LivesOptions {
  readonly version: string;
  readonly builtInTemplates: string;
  readonly clock: Clock;
  readonly signals: SignalQueue;
  readonly notifier: SystemdNotifier;
  /** The log as `settings` want it. */
  readonly loggerOf: (settings: Settings) => Logger;
  /** How many lines of the log were lost. */
  readonly lostLogLines: () => number;
  /** Reads all settings again. */
  readonly reloadSettings: () => Promise<LoadedSettings>;
  /** Told of bugs. */
  readonly fatal: (error: unknown) => void;
}

/** A daemon that runs, and what it was made of. */
interface Life {
  readonly preparation: Preparation;
  readonly daemon: RunningDaemon;
}

/** See the head of this file. */
export class Lives {
  readonly #options: LivesOptions;

  constructor(options: LivesOptions) {
    this.#options = options;
  }

  /**
   * Runs until SIGTERM or SIGINT.
   *
   * @throws {ApplyError | ListenError | TemplateError} when the first daemon can't be started
   */
  async run(settings: Settings): Promise<void> {
    const { notifier } = this.#options;
    let preparation = await this.#firstPreparation(settings);
    let before: Preparation | undefined;
    while (preparation !== undefined) {
      const life: Life = await this.#startOrGoBack(preparation, before);
      const context = this.#contextOf(life.preparation.settings);
      before = life.preparation;
      preparation = await this.#nextPreparation(context, life.preparation.settings);
      if (preparation === undefined) {
        context.logger.info({}, 'stopping; BIRD and its files stay as they are');
        await notifier.stopping();
      } else {
        notifier.reloading();
      }
      await life.daemon.stop();
    }
  }

  /** Prepares a start with nothing to go back to; `undefined` when it is told to end meanwhile. */
  async #firstPreparation(settings: Settings): Promise<Preparation | undefined> {
    const { signals, notifier, version, lostLogLines } = this.#options;
    let current = settings;
    for (;;) {
      const context = this.#contextOf(current);
      const waitingRoom = new WaitingRoom({ settings: current, version, notifier, lostLogLines });
      const preparation = await prepare(current, {
        ...context,
        onWait: (reason) => waitingRoom.open(reason),
      });
      await waitingRoom.close();
      if (preparation !== undefined) {
        return preparation;
      }
      if ((await signals.next()) !== 'SIGHUP') {
        return undefined;
      }
      current = (await this.#newSettings(context.logger)) ?? current;
    }
  }

  /** Waits for a signal: what SIGHUP or another BIRD leads to, or `undefined` when it is time to end. */
  async #nextPreparation(
    context: PrepareContext,
    current: Settings,
  ): Promise<Preparation | undefined> {
    const { signals } = this.#options;
    for (;;) {
      const signal = await signals.next();
      if (signal !== 'SIGHUP' && signal !== 'BIRD') {
        return undefined;
      }
      const settings = signal === 'BIRD' ? current : await this.#newSettings(context.logger);
      const preparation =
        settings && (await this.#prepareNew(settings, { ...context, end: signals.arrival }));
      if (preparation !== undefined) {
        return preparation;
      }
    }
  }

  /** What settings lead to now; `undefined`, and told why, when the old daemon stays. */
  async #prepareNew(settings: Settings, context: PrepareContext): Promise<Preparation | undefined> {
    const { logger } = context;
    const onWait = async (reason: string): Promise<void> =>
      logger.warn(
        { reason, advice: 'start that BIRD; or correct --bird or --dialect and send SIGHUP again' },
        'the new settings have to wait; the old ones stay meanwhile',
      );
    try {
      return await prepare(settings, { ...context, onWait });
    } catch (error) {
      if (!(error instanceof TemplateError)) {
        throw error;
      }
      logger.error({ reason: error.message }, 'a template is wrong; the old ones stay');
      return undefined;
    }
  }

  /** The settings as they are now; `undefined`, and told why, when they are wrong. */
  async #newSettings(logger: Logger): Promise<Settings | undefined> {
    logger.info({}, 'SIGHUP: reading settings, templates and the datastore anew');
    const loaded = await this.#options.reloadSettings();
    if (!loaded.ok) {
      logger.error({ reasons: loaded.reasons }, 'the settings are wrong; the old ones stay');
      return undefined;
    }
    return loaded.settings;
  }

  /**
   * Starts a daemon. When it can't be started (a port that is taken, a folder that can't be written to) but the one before
   * could, that one is started again.
   */
  async #startOrGoBack(preparation: Preparation, before: Preparation | undefined): Promise<Life> {
    const context = this.#contextOf(preparation.settings);
    try {
      return { preparation, daemon: await startDaemon(preparation, context) };
    } catch (error) {
      const isExpected = error instanceof ApplyError || error instanceof ListenError;
      if (!isExpected || before === undefined) {
        throw error;
      }
      context.logger.error(
        { reason: error.message },
        "can't start with the new settings; the old ones stay",
      );
    }
    const former = this.#contextOf(before.settings);
    const again = await prepareAgain(before, former);
    return { preparation: again, daemon: await startDaemon(again, former) };
  }

  #contextOf(settings: Settings): PrepareContext & StartContext {
    const { signals, loggerOf, ...shared } = this.#options;
    const onOtherBird = (): void => signals.noteBird();
    return { ...shared, logger: loggerOf(settings), end: signals.arrival, onOtherBird };
  }
}
