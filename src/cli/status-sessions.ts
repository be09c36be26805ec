import type { BgpSession } from '../apply/birdc/show-protocols.js';
import type { ReportedSession } from '../observe/status.js';

/** What is to be said of the sessions of a host as a whole. */
export interface SessionsVerdict {
  /** Every session is established, those that are only planned too. */
  readonly isAllEstablished: boolean;
  /** Planned sessions that BIRD doesn't have. */
  readonly missing: readonly ReportedSession[];
  /** What the table doesn't tell, as whole lines. */
  readonly lines: readonly string[];
}

/**
 * Judges the sessions that BIRD has by those that are planned, as far as these are known.
 *
 * @param planned - absent when no birdkeeper tells it, or when it has planned nothing yet
 */
export function judgeSessions(
  sessions: readonly BgpSession[],
  planned: readonly ReportedSession[] | undefined,
): SessionsVerdict {
  const names = new Set(sessions.map(({ name }) => name));
  const missing = planned?.filter(({ name }) => !names.has(name)) ?? [];
  if (missing.length > 0) {
    const what =
      missing.length === 1 ? '1 planned session is' : `${missing.length} planned sessions are`;
    const line = `${what} not in BIRD: it does not run the newest configuration; the log of birdkeeper says why`;
    return { isAllEstablished: false, missing, lines: [line] };
  }
  if (sessions.length > 0) {
    return { isAllEstablished: sessions.every((one) => one.isEstablished), missing, lines: [] };
  }
  return planned === undefined
    ? {
        isAllEstablished: false,
        missing,
        lines: ['BIRD has no BGP session, and no birdkeeper tells whether any is planned'],
      }
    : {
        isAllEstablished: true,
        missing,
        lines: [
          'no BGP session is planned for this host: the mesh is off or this host is alone in it, and it has no peer',
        ],
      };
}
