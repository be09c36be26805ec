import { describe, expect, it } from 'vitest';
import { splitServices } from '../../../../src/datastore/sources/split-services.js';

const SERVICE = { kind: 'Service', metadata: { name: 'web' }, spec: { clusterIP: '10.96.0.1' } };
const slice = (type: string, namespace?: string) => ({
  kind: 'EndpointSlice',
  metadata: {
    name: `web-${type}`,
    ...(namespace !== undefined && { namespace }),
    labels: { 'kubernetes.io/service-name': 'web' },
  },
  addressType: type,
  endpoints: [{ nodeName: 'a' }],
});
const WEB = {
  spec: SERVICE.spec,
  slices: [
    { addressType: 'IPv4', endpoints: [{ nodeName: 'a' }] },
    { addressType: 'IPv6', endpoints: [{ nodeName: 'a' }] },
  ],
};

function split(text: string) {
  const result = splitServices(text);
  return result.ok
    ? Object.fromEntries(
        [...result.value].map(([name, one]) => [name, one.ok ? JSON.parse(one.value) : one.reason]),
      )
    : result.reason;
}

describe('a file of services', () => {
  it.each([
    [
      'a list in JSON',
      JSON.stringify({ kind: 'List', items: [slice('IPv6'), SERVICE, slice('IPv4')] }),
    ],
    [
      'documents',
      [SERVICE, slice('IPv4'), slice('IPv6')].map((one) => JSON.stringify(one)).join('\n---\n'),
    ],
    [
      'lists of each kind',
      `kind: ServiceList\nitems: ${JSON.stringify([SERVICE])}\n---\nkind: EndpointSliceList\nitems: ${JSON.stringify([slice('IPv4'), slice('IPv6', 'default'), slice('IPv4', 'other')])}`,
    ],
  ])('gives each service with its slices: %s', (_, text) => {
    expect(split(text)).toEqual({ 'default/web': WEB });
  });

  it('passes over other kinds, and documents that say nothing', () => {
    expect(split('kind: Pod\n---\n---\n# nothing\n---\n7')).toEqual({});
    expect(split('{}')).toEqual({});
  });

  it('refuses a service without a usable name alone', () => {
    const named = (name: unknown) => JSON.stringify({ kind: 'Service', metadata: { name } });
    expect(split([named('a/b\n'), named(7), named('web')].join('\n---\n'))).toEqual({
      'service 1': 'its name or its namespace is none',
      'service 2': 'its name or its namespace is none',
      'default/web': { slices: [] },
    });
  });

  it.each([
    ['', 'the file is empty'],
    [' \n', 'the file is empty'],
    ['a: [', 'Flow sequence'],
    ['a: *nothing', 'nothing'],
    // `kubectl … -o yaml` prints the kind of a list behind its items.
    ['apiVersion: v1\nitems:\n- kind: Service\n  metadata:\n    name: web', 'the beginning of it'],
    ['The connection to the server localhost:8080 was refused', 'not what kubectl prints'],
  ])('refuses %j as a whole', (text, reason) => {
    expect(split(text)).toContain(reason);
  });
});
