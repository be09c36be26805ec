/**
 * The life of the process around its daemons: what it logs to, how it ends, and with which exit status.
 */

import { ApplyError } from '../apply/apply-error.js';
import { Launcher } from '../apply/process/launcher.js';
import { runSystemdNotify } from '../apply/run-systemd-notify.js';
import { systemClock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { ListenError } from '../observe/http-server.js';
import { createLogger } from '../observe/log.js';
import { LogOutput } from '../observe/log-output.js';
import { SystemdNotifier } from '../observe/sd-notify.js';
import { TemplateError } from '../render/template-error.js';
import type { LoadedSettings, Settings } from '../settings/load-settings.js';
import { BUG_EXIT_STATUS, BugTrap } from './bug-trap.js';
import { Lives } from './lives.js';
import { SignalQueue } from './signal-queue.js';
import { keepHeapSmall } from './small-heap.js';

/** What the process gives besides its settings. */
export interface RunContext {
  readonly version: string;
  readonly builtInTemplates: string;
  /** Reads all settings again. */
  readonly reloadSettings: () => Promise<LoadedSettings>;
}

/** How long the last lines of the log may take to get out. */
const FLUSH_MS = 2_000;

/**
 * Runs until a signal ends it. Gives the exit status: 0 after an orderly stop, 1 when it could not start, 70 after a bug.
 */
export async function runUntilStopped(settings: Settings, context: RunContext): Promise<number> {
  keepHeapSmall();
  const trap = new BugTrap();
  trap.arm();
  const output = new LogOutput(process.stdout);
  const logger = loggerOf(settings, output);
  logger.info(
    { version: context.version, node: settings.node, role: settings.role },
    'birdkeeper starts',
  );
  warnOfBackend(settings, logger);
  const lives = new Lives({
    ...context,
    clock: systemClock,
    signals: new SignalQueue(),
    notifier: notifierOf(settings, logger),
    lostLogLines: () => output.lost,
    loggerOf: (current) => loggerOf(current, output),
    fatal: trap.fatal,
  });
  try {
    await trap.guard(lives.run(settings));
    return 0;
  } catch (error) {
    return tellEnd(error, logger);
  } finally {
    await output.flush(systemClock, FLUSH_MS);
  }
}

/** With these calico/node starts no BIRD (its rc.local). */
const BACKENDS_WITHOUT_BIRD: readonly (string | undefined)[] = ['none', 'vxlan'];

function warnOfBackend({ networkingBackend }: Settings, logger: Logger): void {
  if (BACKENDS_WITHOUT_BIRD.includes(networkingBackend)) {
    logger.warn(
      { CALICO_NETWORKING_BACKEND: networkingBackend },
      'calico/node runs no BIRD with this back end, so there is nothing to keep here unless another BIRD runs',
    );
  }
}

/** Says why the process ends; gives its exit status. */
function tellEnd(error: unknown, logger: Logger): number {
  if (error instanceof ApplyError) {
    logger.error({ advice: error.advice }, error.message);
    return 1;
  }
  if (error instanceof ListenError || error instanceof TemplateError) {
    logger.error({}, error.message);
    return 1;
  }
  logger.error(
    { err: error, advice: 'report it with this line; the supervisor starts birdkeeper again' },
    'a bug in birdkeeper ends it; BIRD and its files stay as they are',
  );
  return BUG_EXIT_STATUS;
}

function loggerOf({ logLevel, logFormat }: Settings, output: LogOutput): Logger {
  const format = logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json');
  return createLogger({ level: logLevel, format }, output);
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
