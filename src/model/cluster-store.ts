/**
 * Builds `Cluster`s out of facts, one changed entry at a time.
 *
 * Always true: the order in which facts came doesn't matter, only what stands at the end; and `cluster()` gives the same
 * objects for whatever didn't change since the last call.
 */

import { groupBy } from '../base/group-by.js';
import type { Secret } from '../values/secret.js';
import type { BgpFilter } from './bgp-filter.js';
import { DEFAULT_BGP_SETTINGS } from './bgp-settings.js';
import type { Block } from './block.js';
import { type Cluster, DEFAULT_ASN, type Generation } from './cluster.js';
import type { CustomFilter } from './custom-filter.js';
import type { ClusterFact, Fact } from './fact.js';
import { NodeTable } from './node-table.js';
import type { Peering } from './peering.js';
import type { Pool } from './pool.js';
import type { RouteReflector } from './route-reflector.js';
import { secretId } from './secret-ref.js';
import type { Service } from './service.js';
import { SortedTable } from './sorted-table.js';
import type { Workload } from './workload.js';

const GENERATIONS: readonly Generation[] = ['v1', 'v3'];

/** A setting with the key that gives it. */
interface Setting {
  readonly key: string;
  readonly fact: ClusterFact;
}

/** The facts of a cluster by the datastore key that each came from. */
export class ClusterStore {
  readonly #facts = new Map<string, readonly Fact[]>();
  /** The keys that say something, of each generation of Calico. */
  readonly #keysOf: Readonly<Record<Generation, Set<string>>> = { v1: new Set(), v3: new Set() };
  #mixedOfLast: Cluster['mixed'];
  #lastSettings: readonly Setting[] | undefined;
  #settingsOfLast: ClusterSettings | undefined;
  readonly #nodes = new NodeTable();
  readonly #settings = new SortedTable<Setting>();
  readonly #peerings = new SortedTable<Peering>();
  readonly #reflectors = new SortedTable<RouteReflector>();
  readonly #pools = new SortedTable<Pool>();
  readonly #blocks = new SortedTable<Block>();
  readonly #customFilters = new SortedTable<CustomFilter>();
  readonly #bgpFilters = new SortedTable<BgpFilter>();
  readonly #services = new SortedTable<Service>();
  readonly #workloads = new SortedTable<Workload>();
  readonly #secrets = new SortedTable<GivenSecret>();
  #lastSecrets: readonly GivenSecret[] | undefined;
  #secretsOfLast: ClusterSecrets = secretsOf([]);

  /**
   * Sets what the entry at `key` says; nothing when the entry is gone.
   *
   * @param generation - whose rules the entry goes by, where that shows
   */
  set(key: string, facts: readonly Fact[], generation?: Generation): void {
    const earlier = this.#facts.get(key);
    earlier?.forEach((fact, index) => {
      this.#remove(key, index, fact);
    });
    this.#note(key, facts.length === 0 ? undefined : generation);
    if (facts.length === 0) {
      this.#facts.delete(key);
      return;
    }
    const standing = facts.map((fact, index) => sameSecret(earlier?.[index], fact));
    this.#facts.set(key, standing);
    standing.forEach((fact, index) => {
      this.#add(key, index, fact);
    });
  }

  /** The cluster as it stands now. */
  cluster(): Cluster {
    // No spread: V8 makes a dictionary of what is spread together, and each look into one costs every rule that looks.
    const { defaultAsn, isMeshEnabled, meshOrigin, logLevel, bgp, consents } = this.#settingsNow();
    const { nodes, unaddressed, contested } = this.#nodes.list();
    const { v1, v3 } = this.#keysOf;
    const { secrets, secretOrigins, contestedSecrets } = this.#secretsNow();
    return {
      defaultAsn,
      isMeshEnabled,
      meshOrigin,
      logLevel,
      nodes,
      unaddressed,
      contested,
      peerings: this.#peerings.list(),
      reflectors: this.#reflectors.list(),
      pools: this.#pools.list(),
      blocks: this.#blocks.list(),
      customFilters: this.#customFilters.list(),
      generation: v3.size > 0 ? 'v3' : v1.size > 0 ? 'v1' : undefined,
      mixed: this.#mixedNow(),
      bgp,
      bgpFilters: this.#bgpFilters.list(),
      services: this.#services.list(),
      workloads: this.#workloads.list(),
      secrets,
      secretOrigins,
      contestedSecrets,
      consents,
    };
  }

  /** The same objects as long as nothing of it changed. */
  #settingsNow(): ClusterSettings {
    const settings = this.#settings.list();
    if (this.#settingsOfLast === undefined || settings !== this.#lastSettings) {
      this.#lastSettings = settings;
      this.#settingsOfLast = settingsOf(settings);
    }
    return this.#settingsOfLast;
  }

  /** The same objects as long as no secret changed. */
  #secretsNow(): ClusterSecrets {
    const secrets = this.#secrets.list();
    if (secrets !== this.#lastSecrets) {
      this.#lastSecrets = secrets;
      this.#secretsOfLast = secretsOf(secrets);
    }
    return this.#secretsOfLast;
  }

  /** Sorted only when somebody has to be told, and again when a key comes or goes: a migration has thousands. */
  #mixedNow(): Cluster['mixed'] {
    const { v1, v3 } = this.#keysOf;
    if (v1.size === 0 || v3.size === 0) {
      return undefined;
    }
    this.#mixedOfLast ??= { v1: [...v1].sort(), v3: [...v3].sort() };
    return this.#mixedOfLast;
  }

  #note(key: string, generation: Generation | undefined): void {
    for (const one of GENERATIONS) {
      const keys = this.#keysOf[one];
      if (keys.has(key) !== (one === generation)) {
        this.#mixedOfLast = undefined;
        if (one === generation) {
          keys.add(key);
        } else {
          keys.delete(key);
        }
      }
    }
  }

  #add(key: string, index: number, fact: Fact): void {
    if ('nodeName' in fact) {
      this.#nodes.add(key, fact);
      return;
    }
    const id = idOf(key, index);
    switch (fact.kind) {
      case 'peering':
        this.#peerings.set(id, fact.peering);
        return;
      case 'reflector':
        this.#reflectors.set(id, fact.reflector);
        return;
      case 'pool':
        this.#pools.set(id, fact.pool);
        return;
      case 'block':
        this.#blocks.set(id, fact.block);
        return;
      case 'custom-filter':
        this.#customFilters.set(id, fact.filter);
        return;
      case 'bgp-filter':
        this.#bgpFilters.set(id, fact.filter);
        return;
      case 'service':
        this.#services.set(id, fact.service);
        return;
      case 'workload':
        this.#workloads.set(id, fact.workload);
        return;
      case 'secret':
        this.#secrets.set(id, { key, id: secretId(fact.ref), secret: fact.secret });
        return;
      default:
        this.#settings.set(id, { key, fact });
    }
  }

  #remove(key: string, index: number, fact: Fact): void {
    if ('nodeName' in fact) {
      this.#nodes.remove(key, fact.nodeName);
      return;
    }
    this.#tableOf(fact).delete(idOf(key, index));
  }

  #tableOf({ kind }: Exclude<Fact, { readonly nodeName: string }>): SortedTable<unknown> {
    switch (kind) {
      case 'peering':
        return this.#peerings;
      case 'reflector':
        return this.#reflectors;
      case 'pool':
        return this.#pools;
      case 'block':
        return this.#blocks;
      case 'custom-filter':
        return this.#customFilters;
      case 'bgp-filter':
        return this.#bgpFilters;
      case 'service':
        return this.#services;
      case 'workload':
        return this.#workloads;
      case 'secret':
        return this.#secrets;
      default:
        return this.#settings;
    }
  }
}

/** A password with the key that gives it. */
interface GivenSecret {
  readonly key: string;
  readonly id: string;
  readonly secret: Secret;
}

/** What passwords come to. */
type ClusterSecrets = Pick<Cluster, 'secrets' | 'secretOrigins' | 'contestedSecrets'>;

function secretsOf(given: readonly GivenSecret[]): ClusterSecrets {
  const contested = [...groupBy(given, ({ id }) => id).values()].filter(
    (ones) => new Set(ones.map(({ secret }) => secret.reveal())).size > 1,
  );
  return {
    secrets: new Map(given.map(({ id, secret }) => [id, secret])),
    secretOrigins: new Map(given.map(({ id, key }) => [id, key])),
    contestedSecrets: contested.map((ones) => ones.map(({ key }) => key)),
  };
}

/** `fact`, with the secret of `earlier` where its text is the same: a session whose password is another object restarts. */
function sameSecret(earlier: Fact | undefined, fact: Fact): Fact {
  return earlier?.kind === 'secret' &&
    fact.kind === 'secret' &&
    earlier.secret.reveal() === fact.secret.reveal()
    ? { ...fact, secret: earlier.secret }
    : fact;
}

/** Where a fact stands among those of its kind: in the order of keys, then as its entry gives them. */
function idOf(key: string, index: number): string {
  return index === 0 ? key : `${key}\0${String(index).padStart(6, '0')}`;
}

/** What settings come to. */
type ClusterSettings = Pick<
  Cluster,
  'defaultAsn' | 'isMeshEnabled' | 'meshOrigin' | 'logLevel' | 'bgp' | 'consents'
>;

/** What `settings`, sorted by key, come to. What a later key says stands (fact.ts). */
function settingsOf(settings: readonly Setting[]): ClusterSettings {
  const cluster: { -readonly [K in keyof ClusterSettings]: ClusterSettings[K] } = {
    defaultAsn: { asn: DEFAULT_ASN },
    isMeshEnabled: true,
    logLevel: 'info',
    bgp: DEFAULT_BGP_SETTINGS,
    consents: [],
  };
  for (const { key, fact } of settings) {
    switch (fact.kind) {
      case 'default-asn':
        cluster.defaultAsn =
          fact.asn === undefined
            ? { asn: DEFAULT_ASN, origin: key, isUnreadable: true }
            : { asn: fact.asn, origin: key };
        break;
      case 'mesh':
        cluster.isMeshEnabled = fact.isEnabled;
        cluster.meshOrigin = key;
        break;
      case 'log-level':
        cluster.logLevel = fact.level;
        break;
      case 'bgp-settings':
        cluster.bgp = { ...cluster.bgp, ...fact.settings };
        break;
      case 'consents':
        cluster.consents = fact.consents;
        break;
    }
  }
  return cluster;
}
