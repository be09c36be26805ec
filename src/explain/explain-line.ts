import { asnOf } from '../model/cluster.js';
import { identify } from '../plan/identity.js';
import { keyOfLine } from '../render/key-of-line.js';
import type { Family } from '../values/family.js';
import { explainKey } from './explain-key.js';
import { type Explained, type Explanation, NOTHING, type Reason, reasonOf } from './explanation.js';
import { neighborStory } from './sessions/session-stories.js';

/** A place in a rendered file. */
export interface LineRef {
  /** Name of the file, without a folder. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Why a line is there, of a file with this text; nothing where the file has no such line. */
export function explainLine(
  explained: Explained,
  { file, line }: LineRef,
  text: string,
): Explanation {
  const subject = `${file}:${line}`;
  const content = text.split('\n')[line - 1]?.trim();
  if (content === undefined) {
    return { subject, ...NOTHING };
  }
  const shown = content === '' ? '(an empty line)' : content;
  const key = keyOfLine(text, line);
  if (key === undefined) {
    return { subject, ...NOTHING, facts: [{ text: shown }, keylessReason(explained, content)] };
  }
  const { facts, problems } = explainKey(explained, key);
  const sessions = sessionsAt(explained, text, line);
  return {
    ...{ subject, ...NOTHING, sessions, problems },
    facts: [{ text: shown, key }, ...(sessions.length > 0 ? [] : facts)],
  };
}

/** The session in whose protocol a line is. */
function sessionsAt(explained: Explained, text: string, line: number): Explanation['sessions'] {
  // The comment above a protocol is of it too.
  const lines = text.split('\n').slice(0, line + 1);
  const opening = lines.findLast((content) => /^protocol /.test(content));
  const name = /^protocol bgp (\S+)/.exec(opening ?? '')?.[1];
  const { ipv4, ipv6 } = explained.plan;
  const session = [...ipv4.sessions, ...ipv6.sessions].find((one) => one.protocolName === name);
  return session === undefined
    ? []
    : neighborStory(explained, session.remoteAddress).sessions.filter((one) => one.name === name);
}

/** Why a line is there that no record asks for by itself. */
function keylessReason(explained: Explained, content: string): Reason {
  const [, say] = KEYLESS.find(([pattern]) => pattern.test(content)) ?? [];
  return (
    say?.(explained, content) ?? { text: 'no record asks for it by itself: the templates write it' }
  );
}

/** Lines that say who this host is, or that go by what holds for all of it. */
const KEYLESS: readonly (readonly [RegExp, (explained: Explained, content: string) => Reason])[] = [
  [
    /^router id /,
    (explained) =>
      explained.host.routerId === undefined && explained.plan.ipv4.localAddress !== undefined
        ? addressReason(explained, 'ipv4')
        : { text: 'the router id of the settings, or one made of the name of this host' },
  ],
  [/^local as /, asReason],
  [
    /^(source|listen bgp) address |^local \S+ as /,
    (explained, content) => addressReason(explained, content.includes(':') ? 'ipv6' : 'ipv4'),
  ],
  [/^strict bind /, () => ({ text: 'bindMode of the BGPConfiguration' })],
  [/^(listen bgp|local) port /, () => ({ text: 'listenPort of a BGPConfiguration' })],
  [
    /^interface /,
    () => ({ text: 'the templates write it, with ignoredInterfaces of the BGPConfiguration' }),
  ],
  [
    /# services: /,
    () => ({ text: 'a range of services, of the BGPConfiguration or the settings' }),
  ],
  [/# Felix encrypts to it/, () => ({ text: 'a node has it that Felix encrypts to (WireGuard)' })],
  [/^debug /, ({ plan }) => ({ text: `the log level is ${plan.logLevel}` })],
];

function asReason({ cluster, host }: Explained): Reason {
  const { asn, origin } = asnOf(identify(cluster, host).node ?? {}, cluster);
  return reasonOf(
    `AS ${asn} of this host${origin === undefined ? ": Calico's default" : ''}`,
    origin,
  );
}

function addressReason({ cluster, host }: Explained, family: Family): Reason {
  const origin = identify(cluster, host).node?.addresses[family]?.origin;
  const text = 'the address of this host';
  return origin === undefined ? { text: `${text} in its settings` } : { text, key: origin };
}
