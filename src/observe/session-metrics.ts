/** Metrics of the BGP sessions, as BIRD says they are when somebody scrapes. */

import type { SessionState } from '../apply/session-states.js';
import { FAMILIES } from '../values/family.js';
import type { MetricTable } from './metric-table.js';
import type { PlannedSessions } from './status.js';

/**
 * Declares them. Names and labels are close to MetalLB's `metallb_bgp_session_up` (`peer`) and bird_exporter's
 * `bird_protocol_up` (`name`, `ip_version`, `state`), so that a dashboard needs little more than another prefix.
 *
 * @param planned - gives the remote addresses, which BIRD tells only at length; a session that isn't planned is told without
 */
export function addSessionMetrics(
  table: MetricTable,
  sessions: () => Promise<readonly SessionState[]>,
  planned: () => PlannedSessions,
): void {
  table.gauge(
    'birdkeeper_session_up',
    '1 when the BGP session is established, else 0; absent while BIRD does not answer',
    async (gauge) => {
      const labelsOf = labelsByName(planned());
      for (const { name, state, isEstablished } of await sessions()) {
        const labels = labelsOf.get(name) ?? UNPLANNED;
        gauge.set({ name, ...labels, state }, isEstablished ? 1 : 0);
      }
    },
    ['name', 'peer', 'ip_version', 'state'],
  );
  table.gauge(
    'birdkeeper_established_sessions',
    'BGP sessions that are established, of those that the plan has',
    async (gauge) => {
      const up = new Set((await sessions()).filter((s) => s.isEstablished).map((s) => s.name));
      for (const family of FAMILIES) {
        const established = planned()[family].filter(({ protocolName }) => up.has(protocolName));
        gauge.set({ family }, established.length);
      }
    },
    ['family'],
  );
}

/** Of a session that isn't planned. */
const UNPLANNED = { peer: '', ip_version: '' };

function labelsByName(planned: PlannedSessions): ReadonlyMap<string, typeof UNPLANNED> {
  const ofFamily = FAMILIES.flatMap((family) =>
    planned[family].map(({ protocolName, remoteAddress }) => {
      const labels = { peer: remoteAddress, ip_version: family === 'ipv4' ? '4' : '6' };
      return [protocolName, labels] as const;
    }),
  );
  return new Map(ofFamily);
}
