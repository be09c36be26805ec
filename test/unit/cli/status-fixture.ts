import type { BgpSession } from '../../../src/apply/birdc/show-protocols.js';

/** A session that is up, with `parts` in the place of its own. */
export function sessionWith(name: string, parts: Partial<BgpSession> = {}): BgpSession {
  return {
    name,
    neighbor: '192.0.2.2',
    remoteAsn: 64512,
    state: 'up',
    since: '12:00:00',
    info: 'Established',
    isEstablished: true,
    ...parts,
  };
}
