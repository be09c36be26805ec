/** What a running BIRD says of itself. */

import type { Clock } from '../base/clock.js';
import type { BirdInstance } from './bird-instance.js';
import { ControlClient } from './birdc/control-client.js';
import { type BgpSession, bgpSessionsOf } from './birdc/show-protocols.js';
import { type BirdStatus, statusOf } from './birdc/show-status.js';

/** For each answer; thousands of sessions take BIRD a tenth of a second to list. */
const TIMEOUT_MS = 5_000;

/** A BIRD and its sessions. */
export interface BirdReport extends BirdStatus {
  /** `2.0.12` */
  readonly version: string;
  readonly sessions: readonly BgpSession[];
}

/** Asks the BIRD at `socketPath`. @throws {BirdSocketError} when it can't be asked */
export async function readBird(
  { socketPath }: Pick<BirdInstance, 'socketPath'>,
  clock: Clock,
): Promise<BirdReport> {
  const client = await ControlClient.connect({ socketPath, clock, timeoutMs: TIMEOUT_MS });
  try {
    const banner = await client.banner();
    return {
      version: /^BIRD (\S+)/.exec(banner)?.[1] ?? banner,
      ...statusOf(await client.query('show status')),
      sessions: bgpSessionsOf(await client.query('show protocols all')),
    };
  } finally {
    client.close();
  }
}
