/** Asks BIRD for its version. */

import { type Clock, systemClock } from '../base/clock.js';
import { BirdSocketError, ControlClient } from './birdc/control-client.js';
import { directRunner } from './process/program-run.js';

const TIMEOUT_MS = 2_000;

/**
 * What BIRD says its version is. The BIRD that runs is asked first (`BIRD 2.0.12 ready.`), since it is its language that counts.
 * Where none runs the program is asked (`BIRD version 2.0.12`; Calico's fork: `BIRD version v0.3.3+birdv1.6.8`). `undefined`
 * when neither answers.
 */
export async function readBirdVersionText(
  birdPath: string,
  socketPath: string,
  clock: Clock = systemClock,
): Promise<string | undefined> {
  return (
    (await readRunningVersion(socketPath, clock)) ?? (await readProgramVersion(birdPath, clock))
  );
}

/** Whether these are the words of the program, not of a BIRD that runs. */
export function isProgram(versionText: string): boolean {
  return versionText.startsWith('BIRD version ');
}

/** What the program says; `undefined` when it is not there or says something else. */
export async function readProgramVersion(
  birdPath: string,
  clock: Clock,
): Promise<string | undefined> {
  const call = { program: birdPath, args: ['--version'], timeoutMs: TIMEOUT_MS };
  const { output } = await directRunner(clock).run(call);
  return /^BIRD version \S+/m.exec(output)?.[0];
}

/** What the BIRD at `socketPath` says; `undefined` when it doesn't answer. */
export async function readRunningVersion(
  socketPath: string,
  clock: Clock,
): Promise<string | undefined> {
  try {
    const client = await ControlClient.connect({ socketPath, clock, timeoutMs: TIMEOUT_MS });
    try {
      return /^BIRD \S+ ready\./.exec(await client.banner())?.[0];
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof BirdSocketError) {
      return undefined;
    }
    throw error;
  }
}
