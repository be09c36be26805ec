/**
 * What the cluster is, as far as BGP is concerned. Immutable: a change gives a new `Cluster` in which everything
 * that didn't change is the same object, so that later stages can tell by identity what to do again.
 */

import { positionIn } from '../base/position-in.js';
import type { Address } from '../values/address.js';
import type { Secret } from '../values/secret.js';
import type { BgpFilter } from './bgp-filter.js';
import type { BgpSettings } from './bgp-settings.js';
import type { Block } from './block.js';
import type { Consent } from './consent.js';
import type { CustomFilter } from './custom-filter.js';
import type { LogLevel } from './log-level.js';
import type { Node, SourcedAsn } from './node.js';
import type { Peering } from './peering.js';
import type { Pool } from './pool.js';
import type { RouteReflector } from './route-reflector.js';
import type { Service } from './service.js';
import type { Workload } from './workload.js';

/** The AS number of a cluster that doesn't say: Calico's choice, the first one for private use (RFC 6996). */
export const DEFAULT_ASN = 64512;

/**
 * Whose rules a cluster goes by: those of Calico 2, as its v1 keys had them, or those of Calico 3. They differ in what BIRD does
 * with next hops, metrics and who dials.
 */
export type Generation = 'v1' | 'v3';

/** The whole model at one revision of the datastore. Each list is sorted by datastore key. */
export interface Cluster {
  /** AS number of nodes that have none of their own. */
  readonly defaultAsn: SourcedAsn;
  /** Whether every node peers with every other node. On unless turned off. */
  readonly isMeshEnabled: boolean;
  /** The key that says so; absent where none does. */
  readonly meshOrigin?: string | undefined;
  readonly logLevel: LogLevel;
  /** Sorted by name. */
  readonly nodes: readonly Node[];
  /** The names of those nodes that have no address; sorted. */
  readonly unaddressed: readonly string[];
  /** Addresses that more than one node claims, with the names of these in their order. */
  readonly contested: ReadonlyMap<Address, readonly string[]>;
  /** Peerings of all nodes, and of single ones. */
  readonly peerings: readonly Peering[];
  readonly reflectors: readonly RouteReflector[];
  readonly pools: readonly Pool[];
  readonly blocks: readonly Block[];
  readonly customFilters: readonly CustomFilter[];
  /** The newest generation of Calico that has written anything here; undefined where none has. */
  readonly generation: Generation | undefined;
  /** The keys that each generation has written, sorted, where both have. */
  readonly mixed: Readonly<Record<Generation, readonly string[]>> | undefined;
  readonly bgp: BgpSettings;
  readonly bgpFilters: readonly BgpFilter[];
  readonly services: readonly Service[];
  /** Workloads of this host that peer with it. */
  readonly workloads: readonly Workload[];
  /** Passwords by `secretId`. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** The key of the file that each is in, by `secretId`. */
  readonly secretOrigins: ReadonlyMap<string, string>;
  /** The keys of those passwords that several give, which differ; the last one counts. Sorted. */
  readonly contestedSecrets: readonly (readonly string[])[];
  /** What operators said yes to lately, oldest first. */
  readonly consents: readonly Consent[];
}

/** The node called `name`: looked up, since a look at all of 5,000 costs a pass 0.3 ms. */
export function nodeNamed({ nodes }: Pick<Cluster, 'nodes'>, name: string): Node | undefined {
  const node = nodes[positionIn(nodes, name, (one) => one.name)];
  return node?.name === name ? node : undefined;
}

/** Whether it is known in which AS and in which role `node` speaks BGP. */
export function isKnownSpeaker(
  { asn, isInDoubt = false }: Pick<Node, 'asn' | 'isInDoubt'>,
  { defaultAsn: { isUnreadable = false } }: Pick<Cluster, 'defaultAsn'>,
): boolean {
  return !isInDoubt && (asn !== undefined || !isUnreadable);
}

/** The AS number of `node`, with the key that it came from. */
export function asnOf(
  { asn }: Pick<Node, 'asn'>,
  { defaultAsn }: Pick<Cluster, 'defaultAsn'>,
): SourcedAsn {
  return asn ?? defaultAsn;
}
