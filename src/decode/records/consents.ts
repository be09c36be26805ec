/** What operators said yes to, in birdkeeper's own key `/calico/bgp/v1/birdkeeper/consents`: as the verbs write it, oldest first. */

import { createHash } from 'node:crypto';

import * as v from 'valibot';

import type { Entry } from '../../datastore/datastore.js';
import type { Consent } from '../../model/consent.js';
import { type Decoded, factOf } from '../decoded.js';
import { CONSENTS } from '../keys.js';
import { parseJson } from './json-record.js';

/** So many consents are kept: those of a morning's work, for hosts that were away meanwhile. */
const MAX_CONSENTS = 8;
/** The older ones go before the value gets longer than this, in characters: etcd takes 1.5 MiB in one request. */
const MAX_LENGTH = 64_000;

const Consents = v.object({
  consents: v.array(
    v.object({
      id: v.string(),
      at: v.string(),
      changes: v.array(
        v.object({
          key: v.string(),
          before: v.optional(v.string()),
          after: v.optional(v.string()),
        }),
      ),
    }),
  ),
});

/** The consents that `value` holds. */
export function decodeConsents(value: string): Decoded {
  return factOf(parseJson(Consents, value), ({ consents }) => ({ kind: 'consents', consents }));
}

/** The entry that holds `consents`, oldest first: the last ones, as many as there is room for, and the newest in any case. */
export function consentsEntry(consents: readonly Consent[]): Entry {
  const kept = consents.slice(-MAX_CONSENTS);
  let value = JSON.stringify({ consents: kept });
  while (kept.length > 1 && value.length > MAX_LENGTH) {
    kept.shift();
    value = JSON.stringify({ consents: kept });
  }
  return { key: CONSENTS, value };
}

/** A digest of the value of a key. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
