/**
 * Calico's v3 resources to facts. A resource is its kind and its document, wherever both came from.
 *
 * What is wrong with a part of it costs that part alone, with a fault that has its path; see `fields.ts` for what is grave.
 * Fields that we don't know are ignored, but in a rule of a BGPFilter.
 */

import * as v from 'valibot';

import { excerpt } from '../../base/excerpt.js';
import type { Fact } from '../../model/fact.js';
import type { Decoded, RefusedEntry } from '../decoded.js';
import { decodeBgpConfiguration } from './bgp-configuration.js';
import { closedFilter, decodeBgpFilter } from './bgp-filter.js';
import { decodeBgpPeer } from './bgp-peer.js';
import { Faults, Fields } from './fields.js';
import { decodeIpPool } from './ip-pool.js';
import { decodeNode } from './node.js';

/** The kinds that are read, by the plural that keys and paths have. */
export const RESOURCE_PLURALS = [
  'bgpconfigurations',
  'bgpfilters',
  'bgppeers',
  'ippools',
  'nodes',
] as const;

/** The plural of a kind that is read. */
export type ResourcePlural = (typeof RESOURCE_PLURALS)[number];

const NAME = v.string();

const FILTER_CLOSED =
  'the faulty list of rules refuses every route until it is mended; everything else is applied';

type Decoder = (resource: Fields, origin: string, faults: Faults) => readonly Fact[];

const DECODERS: Readonly<Record<ResourcePlural, Decoder>> = {
  bgpconfigurations: decodeBgpConfiguration,
  bgpfilters: decodeBgpFilter,
  bgppeers: decodeBgpPeer,
  ippools: decodeIpPool,
  nodes: decodeNode,
};

/** Which resource it is, as its source names it. */
export interface ResourceRef {
  readonly plural: ResourcePlural;
  readonly name: string;
}

/** What the resource says whose `document` was read from `origin`. */
export function decodeResource(ref: ResourceRef, document: unknown, origin: string): Decoded {
  const faults = new Faults();
  const own = new Fields(document, '', new Faults()).at('metadata').read('name', NAME);
  if (own !== undefined && own !== ref.name) {
    // Else two resources could be called the same, and BIRD refuses a file in which one function stands twice.
    return refusedResource(ref, `its name is ${excerpt(own)}, and not that of its key`, origin);
  }
  const facts = DECODERS[ref.plural](new Fields(document, '', faults), origin, faults);
  const [first, ...others] = faults.found;
  if (first === undefined) {
    return { ok: true, value: facts, generation: 'v3' };
  }
  return faults.isGrave
    ? { ...refusedResource(ref, first.reason, origin, facts), path: first.path, faults: others }
    : { ok: true, value: facts, faults: faults.found, generation: 'v3' };
}

/**
 * The refusal of a resource. A filter then lets nothing pass that is in doubt; without any rule that could be read, nothing at
 * all.
 *
 * @param facts - what it says all the same
 */
export function refusedResource(
  { plural, name }: ResourceRef,
  reason: string,
  origin: string,
  facts: readonly Fact[] = [],
): RefusedEntry {
  return plural === 'bgpfilters'
    ? {
        ok: false,
        reason,
        rest: facts.length === 0 ? closedFilter(name, origin) : facts,
        restAction: FILTER_CLOSED,
      }
    : { ok: false, reason, rest: facts };
}
