/** The log: one JSON object a line on standard output, or lines for people on a terminal. */

import { type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';

import type { Logger } from '../base/logger.js';
import { LogOutput } from './log-output.js';

/** How much is logged, and how it looks. */
export interface LogSettings {
  readonly level: string;
  readonly format: 'json' | 'pretty';
}

/** A logger that writes to `output`. */
export function createLogger({ level, format }: LogSettings, output: LogOutput): Logger {
  const formatted = format === 'pretty' ? prettyFactory({}) : (line: string): string => line;
  const pinoOf = (write: (line: string) => void): Pino =>
    pino(
      {
        level,
        base: null,
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line: string) => write(formatted(line)) },
    );
  output.tellLossAs((lost) => {
    let text = '';
    pinoOf((line) => {
      text = line;
    }).warn({ lost }, 'log lines were lost: nobody read them, or they could not be written');
    return text;
  });
  return pinoOf((line) => output.write(line));
}

/** A logger for commands whose output is their answer: lines for people, on standard error. */
export function commandLogger(level: 'warn' | 'error'): Logger {
  return createLogger({ level, format: 'pretty' }, new LogOutput(process.stderr));
}
