import { DecodedStore } from '../../../../src/decode/decoded-store.js';
import type { ResourcePlural } from '../../../../src/decode/resources/resource.js';
import type { Cluster } from '../../../../src/model/cluster.js';

/** A resource as its key and its document. */
export interface Resource {
  readonly plural: ResourcePlural;
  readonly name?: string;
  readonly spec?: unknown;
  readonly labels?: unknown;
  readonly status?: unknown;
}

/** The key of a resource. */
export function keyOf({ plural, name = 'x' }: Pick<Resource, 'plural' | 'name'>): string {
  return `/calico/resources/v3/projectcalico.org/${plural}/${name}`;
}

/** What stands in etcd. */
export function entryOf(resource: Resource): { readonly key: string; readonly value: string } {
  const { name = 'x', spec, labels, status } = resource;
  return {
    key: keyOf(resource),
    value: JSON.stringify({
      metadata: { name, ...(labels !== undefined && { labels }) },
      spec,
      status,
    }),
  };
}

/** What comes of resources put one after the other: the cluster, and the problems as `PATH: ACTION`. */
export function decoded(...resources: readonly Resource[]): {
  readonly cluster: Cluster;
  readonly problems: readonly string[];
  readonly reasons: readonly string[];
} {
  const store = new DecodedStore();
  for (const resource of resources) {
    store.update([{ kind: 'put', ...entryOf(resource) }]);
  }
  return {
    cluster: store.cluster(),
    problems: store
      .problems()
      .map(
        ({ path = '', action }) => `${path}: ${action.replace('; everything else is applied', '')}`,
      ),
    reasons: store.problems().map(({ reason }) => reason),
  };
}
