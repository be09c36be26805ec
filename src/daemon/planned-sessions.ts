import type { DaemonStatus } from '../observe/status.js';
import type { Plan } from '../plan/plan.js';

/** What the status says of the sessions of a plan. */
export function plannedSessionsOf({
  ipv4,
  ipv6,
}: Plan): Required<Pick<DaemonStatus, 'sessions' | 'plannedSessions'>> {
  const sessions = [...ipv4.sessions, ...ipv6.sessions];
  return {
    sessions: { ipv4: ipv4.sessions.length, ipv6: ipv6.sessions.length },
    plannedSessions: sessions.map(({ protocolName, remoteAddress }) => ({
      name: protocolName,
      remoteAddress,
    })),
  };
}
