/** Metrics of the BGP sessions, as BIRD says they are when somebody scrapes. */

import type { SessionState } from '../apply/session-states.js';
import type { Family } from '../values/family.js';
import type { MetricTable } from './metric-table.js';

/** A session that BIRD is to run. */
export interface PlannedSession {
  readonly protocolName: string;
  readonly family: Family;
  readonly remoteAddress: string;
}

/**
 * Declares them. Names and labels are close to MetalLB's `metallb_bgp_session_up` (`peer`) and bird_exporter's
 * `bird_protocol_up` (`name`, `ip_version`, `state`), so that a dashboard needs little more than another prefix.
 *
 * @param planned - gives the remote addresses, which BIRD tells only at length; a session that isn't planned is told without
 */
export function addSessionMetrics(
  table: MetricTable,
  sessions: () => Promise<readonly SessionState[]>,
  planned: () => readonly PlannedSession[],
): void {
  table.gauge(
    'birdkeeper_session_up',
    '1 when the BGP session is established, else 0; absent while BIRD does not answer',
    async (gauge) => {
      const byName = new Map(planned().map((session) => [session.protocolName, session]));
      for (const { name, state, isEstablished } of await sessions()) {
        const known = byName.get(name);
        const peer = known?.remoteAddress ?? '';
        gauge.set(
          { name, peer, ip_version: versionOf(known?.family), state },
          isEstablished ? 1 : 0,
        );
      }
    },
    ['name', 'peer', 'ip_version', 'state'],
  );
  table.gauge(
    'birdkeeper_established_sessions',
    'BGP sessions that are established, of those that the plan has',
    async (gauge) => {
      const up = new Set((await sessions()).filter((s) => s.isEstablished).map((s) => s.name));
      for (const family of ['ipv4', 'ipv6'] as const) {
        const ofFamily = planned().filter((session) => session.family === family);
        const established = ofFamily.filter(({ protocolName }) => up.has(protocolName));
        gauge.set({ family }, established.length);
      }
    },
    ['family'],
  );
}

function versionOf(family: Family | undefined): '4' | '6' | '' {
  return family === undefined ? '' : family === 'ipv4' ? '4' : '6';
}
