/** Has a BIRD process load the files that stand at the fixed paths. */

import type { BirdInstance } from '../bird-instance.js';
import type { ProgramRunner } from '../process/program-run.js';
import { type ConfigureReply, fileReadIn, parseConfigureReply } from './configure-reply.js';

/** What came of one `birdc configure`. */
export interface Configured {
  readonly reply: ConfigureReply;
  /** The file that BIRD said it reads: the one that it was started with. */
  readonly file?: string;
}

/** How a `configure` is to be run. */
export interface ConfigureOptions {
  readonly timeoutMs: number;
  /** Whether routes that BIRD has stay as they are, whatever their filters say now. */
  readonly isSoft: boolean;
  /** When BIRD undoes it unless it is told otherwise, in whole seconds; never when absent. */
  readonly undoSeconds?: number;
}

/** Runs one `birdc configure` and reads the reply; `-v` makes birdc print reply codes. */
export async function configure(
  { birdcPath, socketPath }: BirdInstance,
  runner: ProgramRunner,
  { timeoutMs, isSoft, undoSeconds }: ConfigureOptions,
): Promise<Configured> {
  const args = [
    ...['-v', '-s', socketPath, 'configure'],
    ...(isSoft ? ['soft'] : []),
    ...(undoSeconds === undefined ? [] : ['timeout', String(undoSeconds)]),
  ];
  const { exitCode, output, isMissing, isTimedOut } = await runner.run({
    program: birdcPath,
    args,
    timeoutMs,
  });
  if (isMissing) {
    return failed(`there is no program ${birdcPath} (--birdc)`);
  }
  if (isTimedOut) {
    return failed(`no answer within ${timeoutMs} ms; ${birdcPath} was killed`);
  }
  const file = fileReadIn(output);
  return { reply: parseConfigureReply(exitCode, output), ...(file !== undefined && { file }) };
}

function failed(reason: string): Configured {
  return { reply: { kind: 'failed', reason } };
}
