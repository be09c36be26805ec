/** Whether the process works, and whether the host is served: what probes of a supervisor ask. Pure. */

import type { BirdState } from '../apply/bird-states.js';
import { recoveryText } from '../apply/birdc/show-status.js';
import { portText } from '../apply/port/port-texts.js';
import { pinnedText } from './pinned-status.js';
import { type DaemonStatus, runsWhatIsAsked } from './status.js';

/** An answer, with lines for people. */
export interface Health {
  readonly isOk: boolean;
  readonly lines: readonly string[];
}

/** The process answers, so it lives, unless a pass hangs. */
export function liveness(isStuck: boolean): Health {
  return isStuck
    ? { isOk: false, lines: ['a pass hangs; birdkeeper has to be started again'] }
    : { isOk: true, lines: ['birdkeeper runs'] };
}

/**
 * Ready: every BIRD process that this host needs runs a configuration that came from the datastore. A BIRD that is away, or that
 * was started and has not confirmed anything yet, runs none. One that could not open its listening socket serves nobody, whatever it
 * runs. One in graceful restart recovery is ready: its neighbors send traffic by what it announced before, and to take the host out
 * would gain nothing. The lines say which configuration that is, whether it is the newest one, and whether the datastore was heard from.
 */
export function readiness(status: DaemonStatus, nowMs: number, staleAfterMs: number): Health {
  const needed = status.birds.filter(({ isNeeded }) => isNeeded);
  const isOk =
    needed.length > 0 &&
    needed.every(({ loaded, portTaken }) => loaded !== undefined && portTaken === undefined);
  return {
    isOk,
    lines: [
      ...birdLines(needed),
      ...needed.flatMap((bird) => conditionLines(bird, nowMs)),
      ...generationLines(status),
      ...newestStateLines(status),
      datastoreLine(status, nowMs, staleAfterMs),
    ],
  };
}

/** A trial in one line. */
export function trialText({ sequence, until }: NonNullable<DaemonStatus['trial']>): string {
  return `generation ${sequence} is on trial: BIRD undoes it at ${new Date(until).toISOString()} unless the sessions of before come back`;
}

/** What is out of the ordinary with a BIRD. */
function conditionLines({ daemon, portTaken, recovery }: BirdState, nowMs: number): string[] {
  const secondsLeft = Math.max(0, Math.ceil(((recovery?.endsBy ?? 0) - nowMs) / 1000));
  return [
    ...(portTaken === undefined ? [] : [portText({ daemon, ...portTaken })]),
    ...(recovery === undefined ? [] : [`${daemon}: ${recoveryText({ ...recovery, secondsLeft })}`]),
  ];
}

/** What BIRD runs: one line when all processes run the same, else one for each. */
function birdLines(birds: readonly BirdState[]): string[] {
  const sequences = new Set(birds.map(({ loaded }) => loaded?.sequence));
  const [sequence] = sequences;
  if (sequences.size === 1 && sequence !== undefined) {
    const isInProgress = birds.some(({ loaded }) => loaded?.isInProgress === true);
    return [`BIRD runs generation ${sequence}${isInProgress ? IN_PROGRESS : ''}`];
  }
  return birds.map(birdLine);
}

const IN_PROGRESS = '; some protocols are still going down or up';

function birdLine({ daemon, isUp, loaded }: BirdState): string {
  if (loaded !== undefined) {
    return `${daemon} runs generation ${loaded.sequence}${loaded.isInProgress ? IN_PROGRESS : ''}`;
  }
  return isUp ? `${daemon} runs, and has not confirmed a configuration yet` : `${daemon} is away`;
}

function generationLines({ generation }: DaemonStatus): string[] {
  if (generation === undefined) {
    return ['no configuration has been rendered from the datastore yet'];
  }
  return generation.loadedAt === undefined
    ? [`generation ${generation.sequence} is on disk, but BIRD has not loaded it yet`]
    : [];
}

function newestStateLines(status: DaemonStatus): string[] {
  const { datastore, retry, lastPass, held, pinned, trial } = status;
  if (trial !== undefined) {
    return [trialText(trial)];
  }
  if (pinned !== undefined) {
    return [pinnedText(pinned)];
  }
  if (held !== undefined) {
    return [`what the datastore asks for is held back: ${held.reason}`];
  }
  const reason = retry?.reason ?? lastPass?.reason;
  if (runsWhatIsAsked(status)) {
    return [];
  }
  if (datastore.snapshots === 0) {
    return reason === undefined ? [] : [reason];
  }
  return [`the newest state is not applied: ${reason ?? 'it is being worked on'}`];
}

function datastoreLine(
  { datastore, generation }: DaemonStatus,
  nowMs: number,
  staleAfterMs: number,
): string {
  const silentMs = nowMs - (datastore.heardAt ?? 0);
  if (datastore.state === 'synced' && silentMs <= staleAfterMs) {
    return `the datastore was heard from ${(silentMs / 1000).toFixed(1)} s ago`;
  }
  const state = datastore.state === 'synced' ? 'silent' : datastore.state;
  const why = datastore.reason === undefined ? '' : `: ${datastore.reason}`;
  const stands = generation === undefined ? '' : 'the last good configuration stands; ';
  return `${stands}the datastore is ${state}${why}`;
}
