/** Has a BIRD import all routes again, once it can be told to. */

import { type BackoffOptions, backoffDelayMs } from '../../base/backoff.js';
import { type Clock, delay } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { BirdProcess } from '../bird-process.js';
import { BirdSocketError, queryBird } from './control-client.js';

/** What importing anew needs. */
export interface ImportAnewContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 5_000;
const RETRY: BackoffOptions = { baseMs: 250, maxMs: 5_000 };

/** 8006: the protocol can't ask its neighbor again, since that has no route refresh (RFC 2918). */
const CANNOT_RELOAD = '8006';

/**
 * Tells the BIRD that is there now, again and again until it has taken the command. It ends too when `signal` aborts, and when
 * another process is in that BIRD's place: a new BIRD imports everything by itself. Rejects only with bugs.
 */
export async function importAnew(
  bird: BirdProcess,
  command: string,
  { clock, logger, signal }: ImportAnewContext,
): Promise<void> {
  const { daemon } = bird.instance;
  const process = bird.identify();
  for (let attempt = 0; !signal.aborted && process !== undefined; attempt += 1) {
    if (!bird.isStill(process)) {
      return;
    }
    const reason = await tell(bird, command, { clock, logger });
    if (reason === undefined) {
      return;
    }
    logger[attempt === 0 ? 'warn' : 'debug'](
      { daemon, reason },
      'BIRD could not be had import routes anew; it is told again',
    );
    await delay(clock, backoffDelayMs(RETRY, attempt, Math.random()), signal);
  }
}

/** Tells it once; gives why it didn't take the command. */
async function tell(
  bird: BirdProcess,
  command: string,
  { clock, logger }: Pick<ImportAnewContext, 'clock' | 'logger'>,
): Promise<string | undefined> {
  const { daemon, socketPath } = bird.instance;
  try {
    const { code, lines } = await queryBird({ socketPath, clock, timeoutMs: TIMEOUT_MS }, command);
    const unable = lines.filter((line) => line.code === CANNOT_RELOAD).map(({ text }) => text);
    if (unable.length > 0) {
      const advice = 'restart these sessions by hand (birdc restart NAME)';
      logger.warn({ daemon, protocols: unable, advice }, 'BIRD cannot ask some neighbors again');
    }
    const isTaken = code.startsWith('0') || unable.length > 0;
    return isTaken ? undefined : `BIRD answered "${lines.at(-1)?.text}"`;
  } catch (error) {
    if (error instanceof BirdSocketError) {
      return error.message;
    }
    throw error;
  }
}
