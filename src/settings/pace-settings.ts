/** Settings of when a configuration is applied, what is kept of it, and how long things may take. */

import * as parse from './parsers.js';
import type { Setting } from './setting.js';

const MINUTE_MS = 60_000;

/** See the head of this file. */
export const PACE_SETTINGS = {
  spacingMs: {
    flag: 'spacing-ms',
    environment: ['BIRDKEEPER_SPACING_MS'],
    placeholder: 'MS',
    help: 'shortest time from the start of one pass to that of the next; the first change of a quiet period waits for nothing',
    fallback: '120',
    parse: parse.integer(0, MINUTE_MS),
  },
  quietMs: {
    flag: 'quiet-ms',
    environment: ['BIRDKEEPER_QUIET_MS'],
    placeholder: 'MS',
    help: 'a pass that waits starts when no change came for so long',
    fallback: '20',
    parse: parse.integer(0, MINUTE_MS),
  },
  maxWaitMs: {
    flag: 'max-wait-ms',
    environment: ['BIRDKEEPER_MAX_WAIT_MS'],
    placeholder: 'MS',
    help: 'a pass waits no longer than this; after a burst of changes three times as long, 2 s at most',
    fallback: '200',
    parse: parse.integer(0, MINUTE_MS),
  },
  keepGenerations: {
    flag: 'keep-generations',
    environment: ['BIRDKEEPER_KEEP_GENERATIONS'],
    placeholder: 'N',
    help: 'generations to keep on disk, with the current one; what a BIRD runs, or what is pinned, stays besides',
    fallback: '5',
    parse: parse.integer(1, 1000),
  },
  confirm: {
    flag: 'confirm',
    environment: ['BIRDKEEPER_CONFIRM'],
    placeholder: 'DURATION|off',
    help: 'how long sessions that were Established have to come back after a reload, as 30s; otherwise BIRD undoes it',
    fallback: 'off',
    parse: parse.confirmTime,
  },
  holdShare: {
    flag: 'hold-share',
    environment: ['BIRDKEEPER_HOLD_SHARE'],
    placeholder: 'PERCENT|off',
    help: "a change that would remove more than this share of the host's sessions, blocks or pools at one go is held until `birdkeeper release`",
    fallback: '50',
    parse: parse.share,
  },
  holdAtLeast: {
    flag: 'hold-at-least',
    environment: ['BIRDKEEPER_HOLD_AT_LEAST'],
    placeholder: 'N',
    help: 'the least number of sessions, blocks or pools for which that is so',
    fallback: '3',
    parse: parse.integer(1, 100_000),
  },
  staleAfterSeconds: {
    flag: 'stale-after-seconds',
    environment: ['BIRDKEEPER_STALE_AFTER_SECONDS'],
    placeholder: 'SECONDS',
    help: 'a datastore not heard from for so long is silent, says /readyz',
    fallback: '60',
    parse: parse.integer(1, 86_400),
  },
} as const satisfies Record<string, Setting<unknown>>;
