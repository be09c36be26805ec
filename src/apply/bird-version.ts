/** Asks BIRD for its version. */

import { type Clock, systemClock } from '../base/clock.js';
import { BirdSocketError, ControlClient } from './birdc/control-client.js';
import { directRunner } from './process/program-run.js';

const TIMEOUT_MS = 2_000;

/**
 * What BIRD says its version is: `BIRD version 2.0.12`, `BIRD version v0.3.3+birdv1.6.8` (Calico's fork), or from a
 * running BIRD `BIRD 2.0.12 ready.`; `undefined` when neither the program nor the socket answers.
 */
export async function readBirdVersionText(
  birdPath: string,
  socketPath: string,
  clock: Clock = systemClock,
): Promise<string | undefined> {
  const call = { program: birdPath, args: ['--version'], timeoutMs: TIMEOUT_MS };
  const { output } = await directRunner(clock).run(call);
  return /^BIRD version \S+/m.exec(output)?.[0] ?? (await bannerOf(socketPath, clock));
}

async function bannerOf(socketPath: string, clock: Clock): Promise<string | undefined> {
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
