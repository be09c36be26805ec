/** What BIRD says of its BGP sessions: `show protocols all`, of all lines from 1.6 to 3. */

import type { BirdReply } from './reply-reader.js';

/** A BGP session as BIRD sees it. */
export interface BgpSession {
  /** The protocol's name: `Mesh_172_17_42_31`. */
  readonly name: string;
  /** The remote address; absent where BIRD doesn't tell it. */
  readonly neighbor?: string;
  readonly remoteAsn?: number;
  /** BIRD's word for the protocol: `up`, `start` (trying), `down`. */
  readonly state: string;
  /** Since when it is in this state, as BIRD's `timeformat protocol` prints it. */
  readonly since: string;
  /** The state of BGP's own automaton (RFC 4271 section 8.2.2), and the last error: `Active Socket: No route to host`. */
  readonly info: string;
  readonly isEstablished: boolean;
}

/** The code of a protocol's first line (BIRD's doc/reply_codes). */
const PROTOCOL_LINE = '1002';

/** The BGP sessions that a reply to `show protocols all` tells of, in BIRD's order. */
export function bgpSessionsOf({ lines }: BirdReply): readonly BgpSession[] {
  const sessions: BgpSession[] = [];
  let isBgp = false;
  for (const { code, text } of lines) {
    if (code === PROTOCOL_LINE) {
      const session = sessionOf(text);
      isBgp = session !== undefined;
      if (session !== undefined) {
        sessions.push(session);
      }
    } else if (isBgp) {
      const last = sessions.pop();
      if (last !== undefined) {
        sessions.push({ ...last, ...detailOf(text) });
      }
    }
  }
  return sessions;
}

const NO_SOCKET = 'No listening socket';

/**
 * Whether BIRD ended this session since it could not open its listening socket: something else has the port. A session that was
 * started again since still tells of its last error, and isn't `down`.
 */
export function lacksSocket({ state, info }: Pick<BgpSession, 'state' | 'info'>): boolean {
  return state === 'down' && info.includes(NO_SOCKET);
}

/** The sessions of a reply to `show protocols` that lack their socket. */
export function sessionsWithoutSocket({ code, lines }: BirdReply): readonly BgpSession[] {
  // Mostly there are none, and to take thousands of lines apart for that costs 10 ms.
  const suspects = lines.filter(({ text }) => text.includes(NO_SOCKET));
  return bgpSessionsOf({ code, lines: suspects }).filter(lacksSocket);
}

/** Name, "BGP", table, state, since in one or two words, the rest. */
const SESSION = /^(\S+) +BGP +\S+ +(\S+) +(\S+(?: \d\d:\d\d\S*)?) *(.*)$/;

function sessionOf(text: string): BgpSession | undefined {
  const [, name, state, since, rest = ''] = SESSION.exec(text) ?? [];
  if (name === undefined || state === undefined || since === undefined) {
    return undefined;
  }
  const info = rest.trim().replaceAll(/ {2,}/g, ' ');
  return { name, state, since, info, isEstablished: info.startsWith('Established') };
}

function detailOf(text: string): Partial<BgpSession> {
  const [, label, value = ''] = /^ *(Neighbor address|Neighbor AS): +(\S+)/.exec(text) ?? [];
  switch (label) {
    case 'Neighbor address':
      return { neighbor: value };
    case 'Neighbor AS':
      return { remoteAsn: Number(value) };
    default:
      return {};
  }
}
