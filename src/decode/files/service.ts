/**
 * A Kubernetes Service with its EndpointSlices: `{"spec": …, "status": …, "slices": […]}`.
 *
 * One that no cluster address was given is not announced, as in Calico: those without one (`None`), and names of other hosts.
 */

import * as v from 'valibot';

import { ok, type Result, refused } from '../../base/result.js';
import type { Service } from '../../model/service.js';
import { type Address, familyOf, parseAddress } from '../../values/address.js';
import { FAMILIES, type Family } from '../../values/family.js';
import type { Decoded } from '../decoded.js';
import { parseJson } from '../records/json-record.js';

const Text = v.nullish(v.string(), '');
const Texts = v.nullish(v.array(v.string()), []);

const Endpoint = v.object({
  nodeName: Text,
  conditions: v.nullish(v.object({ ready: v.nullish(v.boolean(), true) }), {}),
});

const Slice = v.object({
  addressType: Text,
  endpoints: v.nullish(v.array(Endpoint), []),
});

const Described = v.object({
  spec: v.object({
    clusterIP: Text,
    clusterIPs: Texts,
    externalIPs: Texts,
    externalTrafficPolicy: Text,
  }),
  status: v.nullish(
    v.object({
      loadBalancer: v.nullish(
        v.object({ ingress: v.nullish(v.array(v.object({ ip: Text })), []) }),
        {},
      ),
    }),
    {},
  ),
  slices: v.array(Slice),
});

type Described = v.InferOutput<typeof Described>;

/** The service that `value` describes: one fact for each family that it has a cluster address of. */
export function decodeService(origin: string, value: string): Decoded {
  const parsed = parseJson(Described, value);
  if (!parsed.ok) {
    return parsed;
  }
  const addresses = addressesOf(parsed.value);
  if (!addresses.ok) {
    return addresses;
  }
  const { clusterAddresses } = addresses.value;
  const families = FAMILIES.filter((family) =>
    clusterAddresses.some((address) => familyOf(address) === family),
  );
  const name = origin.slice(origin.lastIndexOf('#') + 1);
  const isLocal = parsed.value.spec.externalTrafficPolicy === 'Local';
  return {
    ok: true,
    value: families.map((family) => ({
      kind: 'service',
      service: {
        name,
        ...ofFamily(addresses.value, family),
        isLocal,
        endpointNodes: endpointNodesOf(parsed.value, family),
        origin,
      },
    })),
  };
}

type Addresses = Pick<Service, 'clusterAddresses' | 'externalAddresses' | 'loadBalancerAddresses'>;

function addressesOf({ spec, status }: Described): Result<Addresses> {
  const cluster = [...new Set([spec.clusterIP, ...(spec.clusterIPs ?? [])])];
  const ingress = status?.loadBalancer?.ingress ?? [];
  const lists = {
    'spec.clusterIPs': cluster.filter((text) => text !== 'None'),
    'spec.externalIPs': spec.externalIPs ?? [],
    'status.loadBalancer.ingress': ingress.map(({ ip }) => ip),
  };
  const parsed: Address[][] = [];
  for (const [field, texts] of Object.entries(lists)) {
    const addresses: Address[] = [];
    for (const text of texts.filter((one) => one)) {
      const address = parseAddress(text ?? '');
      if (!address.ok) {
        return refused(`field "${field}": ${address.reason}`);
      }
      addresses.push(address.value);
    }
    parsed.push(addresses);
  }
  const [clusterAddresses = [], externalAddresses = [], loadBalancerAddresses = []] = parsed;
  return ok({ clusterAddresses, externalAddresses, loadBalancerAddresses });
}

function ofFamily(addresses: Addresses, family: Family): Addresses {
  const those = (list: readonly Address[]) => list.filter((one) => familyOf(one) === family);
  return {
    clusterAddresses: those(addresses.clusterAddresses),
    externalAddresses: those(addresses.externalAddresses),
    loadBalancerAddresses: those(addresses.loadBalancerAddresses),
  };
}

/** Nodes with an endpoint that is ready: one that doesn't say is (Kubernetes' API, EndpointConditions). */
function endpointNodesOf({ slices }: Described, family: Family): readonly string[] {
  const nodes = slices
    .filter(({ addressType }) => addressType?.toLowerCase() === family)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ nodeName }) => nodeName || []);
  return [...new Set(nodes)].sort();
}
