import type { Clock } from '../../base/clock.js';
import type { BirdInstance } from '../bird-instance.js';
import { ControlClient } from '../birdc/control-client.js';
import { type BgpSession, bgpSessionsOf } from '../birdc/show-protocols.js';
import { isIdle } from '../soft-configure.js';

/** The sessions of a BIRD at one moment. */
export interface SessionLook {
  /** Whether no reconfiguration is under way: while one is, a session that is to come back may be missing. */
  readonly isIdle: boolean;
  readonly sessions: ReadonlyMap<string, BgpSession>;
}

const TIMEOUT_MS = 5_000;

/** Asks a BIRD for its sessions. @throws {BirdSocketError} */
export async function lookAtSessions(
  { socketPath }: Pick<BirdInstance, 'socketPath'>,
  clock: Clock,
): Promise<SessionLook> {
  const client = await ControlClient.connect({ socketPath, clock, timeoutMs: TIMEOUT_MS });
  try {
    const status = await client.query('show status');
    const sessions = bgpSessionsOf(await client.query('show protocols'));
    return {
      isIdle: isIdle(status),
      sessions: new Map(sessions.map((session) => [session.name, session])),
    };
  } finally {
    client.close();
  }
}
