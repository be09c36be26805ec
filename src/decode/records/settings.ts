/** Settings of the cluster: `global/as_num`, `global/node_mesh`, `global/loglevel`; and the log level of one node. */

import * as v from 'valibot';

import { excerpt } from '../../base/excerpt.js';
import { ok, type Result, refused } from '../../base/result.js';
import type { LogLevel } from '../../model/log-level.js';
import { parseAsn } from '../../values/asn.js';
import { type Decoded, factOf } from '../decoded.js';
import { parseJson } from './json-record.js';

const Mesh = v.object({ enabled: v.boolean() });

/** The AS number of nodes that have none of their own. */
export function decodeDefaultAsn(text: string): Decoded {
  return factOf(parseAsn(text), (asn) => ({ kind: 'default-asn', asn }));
}

/** The node-to-node mesh, on or off. */
export function decodeMesh(value: string): Decoded {
  return factOf(parseJson(Mesh, value), ({ enabled }) => ({ kind: 'mesh', isEnabled: enabled }));
}

/** How much BIRD logs, on every node or on the one that is named. */
export function decodeLogLevel(
  { nodeName }: { readonly nodeName?: string },
  text: string,
): Decoded {
  return factOf(parseLogLevel(text), (level) =>
    nodeName === undefined
      ? { kind: 'log-level', level }
      : { kind: 'node-log-level', nodeName, level },
  );
}

/** The log levels of Calico; the severities of BIRD's log that it maps to "no protocol messages" are accepted too. */
const LOG_LEVELS: Readonly<Record<string, LogLevel>> = {
  none: 'none',
  info: 'info',
  debug: 'debug',
  warning: 'none',
  error: 'none',
  critical: 'none',
};

function parseLogLevel(text: string): Result<LogLevel> {
  const level = Object.hasOwn(LOG_LEVELS, text) ? LOG_LEVELS[text] : undefined;
  return level === undefined
    ? refused(`${excerpt(text)} is not a log level (none, info or debug)`)
    : ok(level);
}
