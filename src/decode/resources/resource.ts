/**
 * Calico's v3 resources to facts. A resource is its kind and its document, wherever both came from.
 *
 * What is wrong with a part of it costs that part alone, with a fault that has its path; see `fields.ts` for what is grave.
 * Fields that we don't know are ignored and counted, but in a rule of a BGPFilter. So each object is opened once.
 */

import * as v from 'valibot';

import { excerpt } from '../../base/excerpt.js';
import type { Fact } from '../../model/fact.js';
import type { Decoded, RefusedEntry } from '../decoded.js';
import { closedConfiguration, decodeBgpConfiguration } from './bgp-configuration.js';
import { closedFilter, decodeBgpFilter } from './bgp-filter.js';
import { decodeBgpPeer } from './bgp-peer.js';
import { Faults, Fields } from './fields.js';
import { decodeIpPool } from './ip-pool.js';
import { closedNode, decodeNode } from './node.js';

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

/** What becomes of a resource of a kind that can't count as it stands, so that no session and no route is on weaker terms for it. */
interface Closing {
  /** What it says where nothing of it can be read. */
  readonly facts: (name: string, origin: string) => readonly Fact[];
  /** What is done where it says something all the same. */
  readonly action: string;
}

const CLOSINGS: Readonly<Record<ResourcePlural, Closing | undefined>> = {
  bgpconfigurations: {
    facts: closedConfiguration,
    action:
      'left this part out, and planned no session that would be on weaker terms without it; everything else is applied',
  },
  bgpfilters: {
    facts: closedFilter,
    action:
      'the faulty list of rules refuses every route until it is mended; everything else is applied',
  },
  bgppeers: {
    facts: () => [],
    action:
      'planned none of its sessions, and no other with the same neighbors, since they are to have a password; everything else is applied',
  },
  ippools: undefined,
  nodes: {
    facts: closedNode,
    action:
      'left this part out, and planned no session with this node that would be another one without it; everything else is applied',
  },
};

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
  if (first !== undefined && faults.isGrave) {
    return {
      ...refusedResource(ref, first.reason, origin, facts),
      path: first.path,
      faults: others,
    };
  }
  const paths = faults.unknown();
  return {
    ok: true,
    value: facts,
    generation: 'v3',
    ...(first && { faults: faults.found }),
    ...(paths.length > 0 && { unknown: { kind: ref.plural, paths } }),
  };
}

/**
 * The refusal of a resource, with what it says all the same (`Closing`).
 *
 * @param facts - what it says all the same
 */
export function refusedResource(
  { plural, name }: ResourceRef,
  reason: string,
  origin: string,
  facts: readonly Fact[] = [],
): RefusedEntry {
  const closing = CLOSINGS[plural];
  const rest = facts.length === 0 ? (closing?.facts(name, origin) ?? []) : facts;
  const shared = { ok: false, reason, rest, generation: 'v3' } as const;
  return closing === undefined ? shared : { ...shared, restAction: closing.action };
}
