/**
 * One entry of the datastore to what it says. Pure, and total: any bytes under any key give facts, a refusal, or the word that
 * the key is none of ours.
 *
 * @scenario decode/refused-values
 * @scenario decode/hostile-text
 * @scenario decode/host-bits-and-spellings
 */

import * as v from 'valibot';

import { parseNodeName } from '../values/node-name.js';
import { type Decoded, factOf, refusedKey } from './decoded.js';
import { decodeFile } from './files/decode-file.js';
import { fileKindOf } from './files/file-keys.js';
import { type KeyRef, parseKey } from './keys.js';
import { decodeBlock } from './records/block.js';
import { decodeConsents } from './records/consents.js';
import { checkStatements } from './records/custom-filter.js';
import { parseJson } from './records/json-record.js';
import { decodeNodeAddress, decodeNodeAsn, decodeNodeNetwork } from './records/node.js';
import { decodePeering } from './records/peering.js';
import { decodePool } from './records/pool.js';
import { decodeReflector } from './records/reflector.js';
import { decodeDefaultAsn, decodeLogLevel, decodeMesh } from './records/settings.js';
import { decodeResource, refusedResource } from './resources/resource.js';

/** What the entry with this key and value says; undefined when the key is none of ours. */
export function decodeEntry(key: string, value: string): Decoded | undefined {
  const file = fileKindOf(key);
  if (file !== undefined) {
    return decodeFile(file, key, value);
  }
  const ref = parseKey(key);
  if (ref === undefined) {
    return undefined;
  }
  if ('nodeName' in ref && ref.nodeName !== undefined) {
    const name = parseNodeName(ref.nodeName);
    if (!name.ok) {
      return refusedKey(name.reason);
    }
  }
  switch (ref.kind) {
    case 'resource': {
      const document = parseJson(v.unknown(), value);
      return document.ok
        ? decodeResource(ref, document.value, key)
        : refusedResource(ref, document.reason, key);
    }
    case 'block':
      // Kept alike by both generations.
      return decodeBlock(ref, key, value);
    case 'consents':
      // No word of Calico.
      return decodeConsents(value);
    default:
      return { ...decodeRecord(ref, key, value), generation: 'v1' };
  }
}

function decodeRecord(
  ref: Exclude<KeyRef, { readonly kind: 'resource' | 'block' | 'consents' }>,
  origin: string,
  value: string,
): Decoded {
  switch (ref.kind) {
    case 'default-asn':
      return decodeDefaultAsn(value.trim());
    case 'mesh':
      return decodeMesh(value);
    case 'log-level':
      return decodeLogLevel(ref, value.trim());
    case 'node-address':
      return decodeNodeAddress(ref, value.trim());
    case 'node-asn':
      return decodeNodeAsn(ref, value.trim());
    case 'node-network':
      return decodeNodeNetwork(ref, value.trim());
    case 'peer':
      return decodePeering(ref, origin, value);
    case 'reflector':
      return decodeReflector(ref, origin, value);
    case 'pool':
      return decodePool(ref, origin, value);
    case 'custom-filter':
      return factOf(checkStatements(value), (statements) => ({
        kind: 'custom-filter',
        filter: { name: ref.name, family: ref.family, statements, origin },
      }));
  }
}
