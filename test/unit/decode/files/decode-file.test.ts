import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry } from '../../../../src/decode/decode-entry.js';

describe('a secret', () => {
  const KEY = 'secrets-dir:/run/secrets/kube-system/bgp/tor';

  it.each([
    ['hunter2', 'hunter2'],
    ['hunter2\n', 'hunter2'],
    ['hunter2\r\n', 'hunter2'],
    [' with blanks ', ' with blanks '],
    ['x'.repeat(80), 'x'.repeat(80)],
  ])('%j is a password', (text, password) => {
    const decoded = decodeEntry(KEY, text);
    expect(decoded).toMatchObject({
      value: [{ kind: 'secret', ref: { name: 'bgp', key: 'tor' } }],
    });
    const [fact] = decoded?.ok ? decoded.value : [];
    expect(fact?.kind === 'secret' && fact.secret.reveal()).toBe(password);
  });

  it.each([
    ['a"hunter2', 'double quote'],
    ['hunter2\n\n', 'line end'],
    ['hunter2\nb', 'line end'],
    ['hunter2\0', 'control character'],
    ['hunter2'.repeat(12), 'longer than 80 bytes'],
    ['ü'.repeat(41), 'longer than 80 bytes'],
    ['', 'empty'],
    ['\n', 'empty'],
  ])('%j is refused without its text', (text, reason) => {
    const decoded = decodeEntry(KEY, text);
    expect(decoded).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    expect(inspect(decoded)).not.toContain('hunter2');
  });
});

describe("Felix's endpoint status", () => {
  const KEY = 'endpoint-status:/var/run/calico/endpoint-status/pod1';
  const decode = (value: unknown) => decodeEntry(KEY, JSON.stringify(value));

  it('of a peer gives its addresses of both families', () => {
    expect(
      decode({
        ifaceName: 'cali1',
        ipv4Nets: ['10.0.0.1/32'],
        ipv6Nets: ['FD00::0:1/128'],
        bgpPeerName: 'pods',
      }),
    ).toEqual({
      ok: true,
      value: [
        {
          kind: 'workload',
          workload: { peerName: 'pods', addresses: ['10.0.0.1', 'fd00::1'], origin: KEY },
        },
      ],
      faults: [],
    });
  });

  it.each([{}, { ipv4Nets: ['10.0.0.1/32'] }, { bgpPeerName: '', ipv4Nets: null }])(
    'of no peer says nothing: %j',
    (value) => {
      expect(decode(value)).toEqual({ ok: true, value: [] });
    },
  );

  it.each([
    [{ bgpPeerName: 7 }, 'bgpPeerName'],
    [{ bgpPeerName: 'p', ipv4Nets: {} }, 'ipv4Nets'],
  ])('%j is refused, with the field', (value, field) => {
    expect(decode(value)).toMatchObject({ ok: false, reason: expect.stringContaining(field) });
  });

  it.each([
    [{ ipv4Nets: ['10.0.0.0/24', '10.0.0.1/32'] }, 'ipv4Nets.0'],
    [{ ipv4Nets: ['10.0.0.1/32', 'fd00::1/128'] }, 'ipv4Nets.1'],
    [{ ipv4Nets: ['10.0.0.1'], ipv6Nets: ['fd00::1"; /128'] }, 'ipv6Nets.0'],
    [{ ipv4Nets: [7, '10.0.0.1'] }, 'ipv4Nets.0'],
  ])('a bad net of %j falls out alone', (nets, path) => {
    expect(decode({ bgpPeerName: 'p', ...nets })).toMatchObject({
      ok: true,
      value: [{ workload: { addresses: ['10.0.0.1'] } }],
      faults: [{ path }],
    });
  });
});

describe('a service', () => {
  const KEY = 'services-file:/etc/services.yaml#default/web';
  const decode = (value: unknown) => decodeEntry(KEY, JSON.stringify(value));
  const endpoint = (nodeName: string, ready?: boolean | null) => ({
    addresses: ['10.0.0.1'],
    nodeName,
    ...(ready !== undefined && { conditions: { ready } }),
  });

  it('has its addresses, and the nodes where an endpoint of it is ready', () => {
    const slices = [
      {
        addressType: 'IPv4',
        endpoints: [endpoint('c'), endpoint('b', false), endpoint('a', true), endpoint('a', null)],
      },
      { addressType: 'IPv6', endpoints: [endpoint('six')] },
      { addressType: 'FQDN', endpoints: [endpoint('name')] },
      { addressType: 'IPv4', endpoints: null },
    ];
    const spec = {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      externalIPs: ['192.0.2.1', '2001:db8::1'],
      externalTrafficPolicy: 'Local',
    };
    const status = { loadBalancer: { ingress: [{ ip: '198.51.100.1' }, { hostname: 'x' }] } };
    expect(decode({ spec, status, slices })).toEqual({
      ok: true,
      value: [
        {
          kind: 'service',
          service: {
            name: 'default/web',
            clusterAddresses: ['10.96.0.1'],
            externalAddresses: ['192.0.2.1'],
            loadBalancerAddresses: ['198.51.100.1'],
            isLocal: true,
            endpointNodes: ['a', 'c'],
            origin: KEY,
          },
        },
      ],
    });
  });

  it('of both families is one of each, with the nodes of each', () => {
    const decoded = decode({
      spec: { clusterIP: 'fd00::1', clusterIPs: ['fd00::1', '10.96.0.1'] },
      slices: [
        { addressType: 'IPv4', endpoints: [endpoint('four')] },
        { addressType: 'IPv6', endpoints: [endpoint('six')] },
      ],
    });
    expect(decoded).toMatchObject({
      value: [
        { service: { clusterAddresses: ['10.96.0.1'], endpointNodes: ['four'], isLocal: false } },
        { service: { clusterAddresses: ['fd00::1'], endpointNodes: ['six'] } },
      ],
    });
  });

  it.each([{ clusterIP: 'None' }, { clusterIP: '' }, { type: 'ExternalName' }])(
    'without a cluster address says nothing: %j',
    (spec) => {
      expect(decode({ spec, slices: [] })).toEqual({ ok: true, value: [] });
    },
  );

  it.each([
    [{ spec: { clusterIP: '10.96.0.300' }, slices: [] }, 'spec.clusterIPs'],
    [{ spec: { clusterIP: '10.96.0.1', externalIPs: ['x'] }, slices: [] }, 'spec.externalIPs'],
    [{ spec: { clusterIP: '10.96.0.1', externalIPs: 'x' }, slices: [] }, 'spec.externalIPs'],
    [{ slices: [] }, 'spec'],
  ])('%j is refused, with the field', (value, field) => {
    expect(decode(value)).toMatchObject({ ok: false, reason: expect.stringContaining(field) });
  });
});

it('takes any text under any key of a file', () => {
  const prefix = fc.constantFrom('secrets-dir:', 'endpoint-status:', 'services-file:');
  fc.assert(
    fc.property(prefix, fc.string(), fc.oneof(fc.string(), fc.json()), (kind, key, value) => {
      expect(decodeEntry(kind + key, value)).toBeDefined();
    }),
  );
});
