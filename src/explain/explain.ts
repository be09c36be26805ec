/** What an operator may ask about, and the answer. */

import type { Address } from '../values/address.js';
import { parseAddress } from '../values/address.js';
import { type Prefix, parseAnyPrefix } from '../values/prefix.js';
import { explainAddress } from './explain-address.js';
import { explainKey } from './explain-key.js';
import { explainLine, type LineRef } from './explain-line.js';
import { explainNode } from './explain-node.js';
import { explainPrefix } from './explain-prefix.js';
import { type Explained, type Explanation, NOTHING } from './explanation.js';

/** A rendered file. */
export interface ShownFile {
  readonly name: string;
  /** Its text, without passwords. */
  readonly text: string;
}

/** What is asked about. */
type Subject =
  | { readonly kind: 'address'; readonly address: Address }
  | { readonly kind: 'prefix'; readonly prefix: Prefix }
  | ({ readonly kind: 'line' } & LineRef)
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'name'; readonly name: string };

/**
 * The answer to `question`: an address, a prefix, a line of a file (`bird.cfg:12`, with a folder or without), a datastore key, the name of
 * a node or of a session's protocol.
 */
export function explain(
  explained: Explained,
  files: readonly ShownFile[],
  question: string,
): Explanation {
  const subject = subjectOf(question);
  switch (subject.kind) {
    case 'address':
      return explainAddress(explained, subject.address);
    case 'prefix':
      return explainPrefix(explained, subject.prefix);
    case 'line': {
      const file = files.find(({ name }) => name === subject.file);
      return file === undefined
        ? { subject: question, ...NOTHING }
        : explainLine(explained, subject, file.text);
    }
    case 'key':
      return explainKey(explained, subject.key);
    case 'name':
      return explainName(explained, subject.name);
  }
}

function subjectOf(text: string): Subject {
  const address = parseAddress(text);
  if (address.ok) {
    return { kind: 'address', address: address.value };
  }
  const prefix = parseAnyPrefix(text);
  if (prefix.ok) {
    return { kind: 'prefix', prefix: prefix.value };
  }
  const place = /([^/]+\.cfg):(\d+)$/.exec(text);
  if (place?.[1] !== undefined) {
    return { kind: 'line', file: place[1], line: Number(place[2]) };
  }
  return /^\/|^[a-z-]+:\//.test(text) ? { kind: 'key', key: text } : { kind: 'name', name: text };
}

/** Of a node; or of the neighbor of the session that is called so in BIRD. */
function explainName(explained: Explained, name: string): Explanation {
  const { ipv4, ipv6 } = explained.plan;
  const session = [...ipv4.sessions, ...ipv6.sessions].find((one) => one.protocolName === name);
  return session === undefined
    ? explainNode(explained, name)
    : explainAddress(explained, session.remoteAddress);
}
