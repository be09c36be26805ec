/** The log: one JSON object a line on standard output, or lines for people on a terminal. */

import { destination, type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import { build as prettyStream } from 'pino-pretty';

import type { Logger } from '../base/logger.js';

/** How much is logged, and how it looks. */
export interface LogSettings {
  readonly level: string;
  readonly format: 'json' | 'pretty';
}

/**
 * A logger to standard output, or to standard error (`stderr`) for commands whose output is their answer. It writes at
 * once: the last line before an end is the one that is wanted.
 */
export function createLogger({ level, format }: LogSettings, fd: 1 | 2 = 1): Logger {
  const sync = { dest: fd, sync: true };
  const stream =
    format === 'pretty' ? prettyStream({ destination: fd, sync: true }) : destination(sync);
  const logger: Pino = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return logger;
}
