/** Whether the process works, and whether the host is served: what probes of a supervisor ask. Pure. */

import type { DaemonStatus } from './status.js';

/** An answer, with lines for people. */
export interface Health {
  readonly isOk: boolean;
  readonly lines: readonly string[];
}

/** The process answers, so it lives. */
export function liveness(): Health {
  return { isOk: true, lines: ['birdkeeper runs'] };
}

/**
 * Ready: BIRD runs a configuration that came from the datastore, and either the datastore was heard from recently or
 * that last good configuration stands; the lines say which.
 */
export function readiness(status: DaemonStatus, nowMs: number, staleAfterMs: number): Health {
  const { generation } = status;
  return generation?.loadedAt === undefined
    ? { isOk: false, lines: notReadyLines(status) }
    : {
        isOk: true,
        lines: [
          `BIRD runs generation ${generation.sequence}`,
          ...newestStateLines(status),
          datastoreLine(status, nowMs, staleAfterMs),
        ],
      };
}

function notReadyLines({ generation, datastore, retry }: DaemonStatus): string[] {
  const what =
    generation === undefined
      ? 'no configuration has been rendered from the datastore yet'
      : `generation ${generation.sequence} is on disk, but BIRD has not loaded it yet`;
  return [what, retry?.reason, datastore.reason].filter((line) => line !== undefined);
}

function newestStateLines({ generation, desiredDigest, retry }: DaemonStatus): string[] {
  return desiredDigest === undefined || desiredDigest === generation?.digest
    ? []
    : [`the newest state is not applied: ${retry?.reason ?? 'it is being worked on'}`];
}

function datastoreLine({ datastore }: DaemonStatus, nowMs: number, staleAfterMs: number): string {
  const silentMs = nowMs - (datastore.heardAt ?? 0);
  if (datastore.state === 'synced' && silentMs <= staleAfterMs) {
    return `the datastore was heard from ${(silentMs / 1000).toFixed(1)} s ago`;
  }
  const state = datastore.state === 'synced' ? 'silent' : datastore.state;
  const why = datastore.reason === undefined ? '' : `: ${datastore.reason}`;
  return `the last good configuration stands; the datastore is ${state}${why}`;
}
