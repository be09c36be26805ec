/** What a running BIRD says of itself. */

import type { Clock } from '../base/clock.js';
import type { BirdInstance } from './bird-instance.js';
import { ControlClient } from './birdc/control-client.js';
import { type BgpSession, bgpSessionsOf } from './birdc/show-protocols.js';

/** For each answer; thousands of sessions take BIRD a tenth of a second to list. */
const TIMEOUT_MS = 5_000;

/** A BIRD and its sessions. */
export interface BirdReport {
  /** `2.0.12` */
  readonly version: string;
  /** How BIRD says it is: `Daemon is up and running`. */
  readonly condition: string;
  readonly routerId?: string;
  /** When it last took in a configuration, as BIRD prints it. */
  readonly lastReconfiguration?: string;
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
    const status = (await client.query('show status')).lines.map(({ text }) => text.trim());
    const said = (label: string): string | undefined =>
      status.find((line) => line.startsWith(label))?.slice(label.length);
    const routerId = said('Router ID is ');
    const lastReconfiguration = said('Last reconfiguration on ');
    return {
      version: /^BIRD (\S+)/.exec(banner)?.[1] ?? banner,
      condition: status.at(-1) ?? '',
      ...(routerId !== undefined && { routerId }),
      ...(lastReconfiguration !== undefined && { lastReconfiguration }),
      sessions: bgpSessionsOf(await client.query('show protocols all')),
    };
  } finally {
    client.close();
  }
}
