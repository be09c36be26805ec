/** Schemas of the values that Calico's resources have. */

import * as v from 'valibot';

import { excerpt } from '../../base/excerpt.js';
import { ok, type Result, refused } from '../../base/result.js';
import type { LogLevel } from '../../model/log-level.js';
import { parseAsn } from '../../values/asn.js';
import { parseCommunity } from '../../values/community.js';
import { parseSeconds } from '../../values/duration.js';
import type { Family } from '../../values/family.js';
import { parseNodeName } from '../../values/node-name.js';
import { familyOfPrefix, type Prefix, parseAnyPrefix } from '../../values/prefix.js';
import { parseSelector } from '../../values/selector.js';

/** A schema of the text that `parse` reads. */
export function text<T>(parse: (text: string) => Result<T>): v.GenericSchema<unknown, T> {
  return v.pipe(v.string('it is not text'), parsedBy(parse));
}

/** A schema of a whole number, as number or text, that `parse` reads. */
function numeral<T>(parse: (text: string) => Result<T>): v.GenericSchema<unknown, T> {
  return v.pipe(
    v.union([v.string(), v.pipe(v.number(), v.integer())], 'it is not a whole number'),
    v.transform(String),
    parsedBy(parse),
  );
}

/** A schema of a whole number from `min` to `max`. */
export function whole(min: number, max: number): v.GenericSchema<unknown, number> {
  const message = `it is not a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

/** A schema of one of some words; gives what stands for it. */
export function word<T>(words: ReadonlyMap<string, T>): v.GenericSchema<unknown, T> {
  const message = `it is not one of ${[...words.keys()].filter((one) => one !== '').join(', ')}`;
  return v.pipe(
    v.string(message),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      if (!words.has(dataset.value)) {
        addIssue({ message: `${message}: ${excerpt(dataset.value)}` });
        return NEVER;
      }
      return words.get(dataset.value) as T;
    }),
  );
}

/** A schema of true or false. */
export const FLAG = v.boolean('it is not true or false');

function parsedBy<T>(parse: (text: string) => Result<T>): v.RawTransformAction<string, T> {
  return v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
    const result = parse(dataset.value);
    if (!result.ok) {
      addIssue({ message: result.reason });
      return NEVER;
    }
    return result.value;
  });
}

/** An AS number: a number, text or asdot. */
export const ASN = numeral(parseAsn);
/** An AS number that only stands in a path, so that reserved ones are good too. */
export const ASN_IN_PATH = v.union([whole(1, 0xffffffff), ASN], 'it is not an AS number');
/** A TCP port. */
export const PORT = whole(1, 65_535);
/** What BIRD keeps as the rest of 2147483647 minus it. */
export const PRIORITY = whole(1, 0x7ffffffe);
export const SELECTOR = text(parseSelector);
export const COMMUNITY = text(parseCommunity);
export const NODE_NAME = text(parseNodeName);
/** A restart time: 12 bits (RFC 4724 section 3). */
export const RESTART_TIME_S = seconds(0, 4095);
/**
 * A keepalive time: half of the hold time at most, so that one lost message costs no session. Sessions have BIRD's own hold time of
 * 240 s; BIRD 2 refuses a whole file with a longer keepalive time, and BIRD 1 ends the session again and again.
 */
export const KEEPALIVE_S = seconds(1, 120);

/** A name as Kubernetes gives them: no slash, no quote. */
export const RESOURCE_NAME = text((name) =>
  /^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(name)
    ? ok(name)
    : refused(`${excerpt(name)} is not the name of a resource`),
);

/** A pattern of interface names, without what would end it in BIRD's text. */
export const INTERFACE_PATTERN = text((pattern) =>
  /^[\w.:@+*?-]{1,64}$/.test(pattern)
    ? ok(pattern)
    : refused(`${excerpt(pattern)} is not a pattern of interface names`),
);

/** What Calico calls severities: BIRD tells of protocols for two of them. */
export const LOG_LEVEL: v.GenericSchema<unknown, LogLevel> = text((level) => {
  const known = LOG_LEVELS.get(level.toLowerCase());
  return known === undefined ? refused(`${excerpt(level)} is not a log level`) : ok(known);
});

const LOG_LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['debug', 'debug'],
  ['info', 'info'],
  ...(['none', 'trace', 'warning', 'error', 'critical', 'fatal', 'panic'] as const).map(
    (level) => [level, 'none'] as const,
  ),
]);

/** A prefix of either family. */
export interface AnyPrefix {
  readonly prefix: Prefix;
  readonly family: Family;
}

/** A prefix of the family that its text shows. */
export const PREFIX: v.GenericSchema<unknown, AnyPrefix> = text((cidr) => {
  const parsed = parseAnyPrefix(cidr);
  return parsed.ok ? ok({ prefix: parsed.value, family: familyOfPrefix(parsed.value) }) : parsed;
});

function seconds(min: number, max: number): v.GenericSchema<unknown, number> {
  return text((duration) => {
    const parsed = parseSeconds(duration);
    return parsed.ok && (parsed.value < min || parsed.value > max)
      ? refused(`${excerpt(duration)} is not from ${min} to ${max} s`)
      : parsed;
  });
}
