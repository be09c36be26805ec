/**
 * How a route goes from speaker to speaker: RFC 4271 section 9.2 (what is learned from an internal peer goes to external
 * ones only) with RFC 4456 (a reflector passes it on to, or from, its clients), and past the BGPFilters of each session.
 *
 * All ways that these rules allow are followed, not only the best one that BGP would choose.
 */

import type { Prefix } from '../../values/prefix.js';
import type { Link, Speaker } from './speakers.js';
import { verdictOf } from './verdict.js';

/** How a speaker came by a route. From `internal` it may pass it on the least. */
type Source = 'own' | 'external' | 'client' | 'internal';

/** A route as one speaker knows it. */
interface Known {
  readonly speaker: Speaker;
  readonly source: Source;
  /** CLUSTER_LIST (RFC 4456 section 8). */
  readonly clusters: readonly string[];
  /** AS_PATH. */
  readonly asPath: readonly number[];
}

/** The speakers that hear of routes of `origin` to its workloads in `pool`. */
export function hearersOf(origin: Speaker, pool: Prefix): ReadonlySet<Speaker> {
  const heard = new Map<Speaker, Known[]>();
  const waiting: Known[] = [{ speaker: origin, source: 'own', clusters: [], asPath: [] }];
  for (let known = waiting.shift(); known !== undefined; known = waiting.shift()) {
    for (const link of known.speaker.links) {
      const next = link.to === origin ? undefined : advertised(known, link);
      if (next !== undefined && isLetThrough(known, link, next, pool) && isNews(heard, next)) {
        waiting.push(next);
      }
    }
  }
  return new Set(heard.keys());
}

/** Whether the filters of both ends let the route through, as far as that is known. */
function isLetThrough(known: Known, link: Link, next: Known, pool: Prefix): boolean {
  const { exportRules, importRules } = link;
  if (exportRules.length + importRules.length === 0) {
    return true;
  }
  const kind = { pool, isInternal: link.localAsn === link.remoteAsn };
  const sent = {
    ...kind,
    isFromPeer: known.source !== 'own',
    isPathEmpty: known.asPath.length === 0,
  };
  const taken = { ...kind, isFromPeer: true, isPathEmpty: next.asPath.length === 0 };
  return verdictOf(exportRules, sent) !== 'reject' && verdictOf(importRules, taken) !== 'reject';
}

/** The route as it arrives at the other end of `link`; undefined when it isn't sent, or is dropped there. */
function advertised({ speaker, source, clusters, asPath }: Known, link: Link): Known | undefined {
  if (link.localAsn !== link.remoteAsn) {
    const path = [...asPath, link.localAsn];
    return path.filter((asn) => asn === link.remoteAsn).length > link.allowedOwnAsns
      ? undefined
      : { speaker: link.to, source: 'external', clusters: [], asPath: path };
  }
  const isReflected = source === 'client' || source === 'internal';
  if (
    isReflected &&
    (speaker.clusterId === undefined || !(source === 'client' || link.isToClient))
  ) {
    return undefined;
  }
  const list =
    isReflected && speaker.clusterId !== undefined ? [...clusters, speaker.clusterId] : clusters;
  if (link.to.clusterId !== undefined && list.includes(link.to.clusterId)) {
    return undefined;
  }
  const isFromClient = link.to.links.some(({ to, isToClient }) => to === speaker && isToClient);
  return { speaker: link.to, source: isFromClient ? 'client' : 'internal', clusters: list, asPath };
}

/** Keeps `next`, unless the speaker knows the route already in a way that lets it do as much with it. */
function isNews(heard: Map<Speaker, Known[]>, next: Known): boolean {
  const known = heard.get(next.speaker);
  if (known === undefined) {
    heard.set(next.speaker, [next]);
    return true;
  }
  if (known.some((other) => isAsGood(other, next))) {
    return false;
  }
  known.push(next);
  return true;
}

function isAsGood(known: Known, next: Known): boolean {
  return (
    (known.source === next.source || next.source === 'internal') &&
    known.clusters.every((id) => next.clusters.includes(id)) &&
    known.asPath.every((asn) => next.asPath.includes(asn))
  );
}
