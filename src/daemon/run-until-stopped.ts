/**
 * Signals and lives: starts a daemon, and on SIGHUP a new one in its place, until SIGTERM or SIGINT.
 *
 * On SIGHUP the new settings and templates are read and checked while the old daemon still runs; what isn't sound is said
 * and the old one stays.
 */

import { ApplyError } from '../apply/apply-error.js';
import { Launcher } from '../apply/process/launcher.js';
import { runSystemdNotify } from '../apply/run-systemd-notify.js';
import { systemClock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { ListenError } from '../observe/http-server.js';
import { createLogger } from '../observe/log.js';
import { SystemdNotifier } from '../observe/sd-notify.js';
import { TemplateError } from '../render/template-error.js';
import type { LoadedSettings, Settings } from '../settings/load-settings.js';
import { type Preparation, prepare } from './prepare.js';
import { SignalQueue } from './signal-queue.js';
import { type RunningDaemon, type StartContext, startDaemon } from './start-daemon.js';
import { WaitingRoom } from './waiting-room.js';

/** What the process gives besides its settings. */
export interface RunContext {
  readonly version: string;
  readonly builtInTemplates: string;
  /** Reads all settings again. */
  readonly reloadSettings: () => Promise<LoadedSettings>;
}

/** Runs until a signal ends it. Gives the exit status: 0 after an orderly stop, 1 when it could not start. */
export async function runUntilStopped(settings: Settings, context: RunContext): Promise<number> {
  const signals = new SignalQueue();
  const logger = loggerOf(settings);
  logger.info(
    { version: context.version, node: settings.node, role: settings.role },
    'birdkeeper starts',
  );
  try {
    await live(settings, context, signals, logger);
    return 0;
  } catch (error) {
    if (error instanceof ApplyError) {
      logger.error({ advice: error.advice }, error.message);
      return 1;
    }
    if (error instanceof ListenError || error instanceof TemplateError) {
      logger.error({}, error.message);
      return 1;
    }
    throw error;
  }
}

/** One daemon after the other. */
async function live(
  settings: Settings,
  context: RunContext,
  signals: SignalQueue,
  logger: Logger,
): Promise<void> {
  const notifier = notifierOf(settings, logger);
  const shared = { ...context, clock: systemClock, end: signals.end };
  const waitingRoom = new WaitingRoom(settings, notifier);
  const onWait = (reason: string): Promise<void> => waitingRoom.open(reason);
  let preparation = await prepare(settings, { ...shared, logger, onWait });
  await waitingRoom.close();
  let previous: Settings | undefined;
  while (preparation !== undefined) {
    const current = { ...shared, logger: loggerOf(preparation.settings), notifier };
    const running = await startOrGoBack(preparation, previous, current);
    if (running === undefined) {
      return;
    }
    previous = running.settings;
    preparation = await nextPreparation(signals, current, context.reloadSettings);
    if (preparation === undefined) {
      current.logger.info({}, 'stopping; BIRD and its files stay as they are');
      await notifier.stopping();
    } else {
      notifier.reloading();
    }
    await running.stop();
  }
}

/**
 * Starts a daemon. When it can't be started (a port that is taken, a folder that can't be written to) but one with the
 * settings before could, that one is started again.
 */
async function startOrGoBack(
  preparation: Preparation,
  previous: Settings | undefined,
  context: Parameters<typeof prepare>[1] & StartContext,
): Promise<(RunningDaemon & { readonly settings: Settings }) | undefined> {
  try {
    return { ...(await startDaemon(preparation, context)), settings: preparation.settings };
  } catch (error) {
    const isExpected = error instanceof ApplyError || error instanceof ListenError;
    if (!isExpected || previous === undefined) {
      throw error;
    }
    context.logger.error(
      { reason: error.message },
      "can't start with the new settings; the old ones stay",
    );
    const old = await prepare(previous, context);
    return old && { ...(await startDaemon(old, context)), settings: previous };
  }
}

/** Waits for a signal: what SIGHUP leads to, or `undefined` when it is time to end. */
async function nextPreparation(
  signals: SignalQueue,
  context: Parameters<typeof prepare>[1],
  reloadSettings: RunContext['reloadSettings'],
): Promise<Preparation | undefined> {
  const { logger } = context;
  while ((await signals.next()) === 'SIGHUP') {
    logger.info({}, 'SIGHUP: reading settings, templates and the datastore anew');
    const loaded = await reloadSettings();
    if (!loaded.ok) {
      logger.error({ mistakes: loaded.mistakes }, 'the settings are wrong; the old ones stay');
      continue;
    }
    try {
      return await prepare(loaded.settings, context);
    } catch (error) {
      if (!(error instanceof TemplateError)) {
        throw error;
      }
      logger.error({ reason: error.message }, 'a template is wrong; the old ones stay');
    }
  }
  return undefined;
}

function loggerOf({ logLevel, logFormat }: Settings): Logger {
  const format = logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json');
  return createLogger({ level: logLevel, format });
}

function notifierOf({ notifySocket, watchdogUsec }: Settings, logger: Logger): SystemdNotifier {
  const launcher = new Launcher(systemClock);
  return new SystemdNotifier({
    isWanted: notifySocket !== undefined,
    ...(watchdogUsec !== undefined && { watchdogMs: watchdogUsec / 1000 }),
    clock: systemClock,
    logger,
    send: (assignments) => runSystemdNotify(assignments, launcher),
  });
}
