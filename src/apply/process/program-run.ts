/** One run of BIRD or its client to its end. */

import { execa } from 'execa';

import type { Clock } from '../../base/clock.js';
import { whyNoChild } from './descriptors-left.js';

/** How a program ended, and what it printed. */
export interface ProgramRun {
  /** `undefined` when a signal ended it, when it was killed for taking too long, or when it was not started. */
  readonly exitCode: number | undefined;
  /** Standard output and standard error; each in its order, one among the other as they happened to arrive. */
  readonly output: string;
  readonly isTimedOut: boolean;
  /** There is no such program, or no interpreter for it. */
  readonly isMissing: boolean;
}

/** What to run. */
export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  /** After this many milliseconds it is killed, with all that it has started. */
  readonly timeoutMs: number;
}

/** Runs programs. Never rejects: that a program can't be run is a `ProgramRun`, too. */
export interface ProgramRunner {
  run(call: ProgramCall): Promise<ProgramRun>;
}

/** Runs each program as a child of this process. For a run or two; a daemon takes a `Launcher`, which costs less. */
export function directRunner(clock: Clock): ProgramRunner {
  return {
    async run({ program, args, timeoutMs }) {
      const reason = whyNoChild();
      if (reason !== undefined) {
        const output = `it was not started: ${reason.message}`;
        return { exitCode: undefined, output, isTimedOut: false, isMissing: false };
      }
      const child = execa(program, args, DIRECT_OPTIONS);
      let isTimedOut = false;
      const cancel = clock.after(timeoutMs, () => {
        isTimedOut = true;
        killGroup(child.pid);
      });
      const result = await child;
      cancel();
      return {
        exitCode: result.exitCode,
        output: result.all,
        isTimedOut,
        isMissing: result.code === 'ENOENT',
      };
    },
  };
}

/** Detached: a Ctrl-C on the terminal must not reach a reload that is under way. */
const DIRECT_OPTIONS = {
  stdin: 'ignore',
  all: true,
  reject: false,
  cleanup: false,
  detached: true,
} as const;

/** Kills a process that leads its own group, and all that it has started. Does nothing when it is gone. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
