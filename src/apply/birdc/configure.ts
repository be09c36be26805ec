/** Has a BIRD process load the files that stand at the fixed paths. */

import type { BirdInstance } from '../bird-instance.js';
import type { ProgramRunner } from '../process/program-run.js';
import { type ConfigureReply, parseConfigureReply } from './configure-reply.js';

/** Runs one `birdc configure` and reads the reply; `-v` makes birdc print reply codes. */
export async function configure(
  { birdcPath, socketPath }: BirdInstance,
  runner: ProgramRunner,
  timeoutMs: number,
): Promise<ConfigureReply> {
  const args = ['-v', '-s', socketPath, 'configure'];
  const { exitCode, output, isMissing, isTimedOut } = await runner.run({
    program: birdcPath,
    args,
    timeoutMs,
  });
  if (isMissing) {
    return { kind: 'failed', reason: `there is no program ${birdcPath} (--birdc)` };
  }
  if (isTimedOut) {
    return { kind: 'failed', reason: `no answer within ${timeoutMs} ms; ${birdcPath} was killed` };
  }
  return parseConfigureReply(exitCode, output);
}
