import { describe, expect, test } from 'vitest';
import { askFor, sessionOf } from '../../../../src/plan/sessions/session-of.js';
import {
  areContradictory,
  hasSameTerms,
  restartReasons,
  type Session,
  showTerms,
} from '../../../../src/plan/sessions/terms.js';
import { parseAddress } from '../../../../src/values/address.js';
import { parseRouterId } from '../../../../src/values/router-id.js';

const [address, cluster, other] = [
  parseAddress('192.0.2.2'),
  parseRouterId('1.0.0.1'),
  parseRouterId('1.0.0.2'),
];
if (!address.ok || !cluster.ok || !other.ok) {
  throw new Error('these are good');
}

const PLAIN = sessionOf(
  askFor({ source: 'Mesh', remoteAddress: address.value, origin: '/a' }, { remoteAsn: 64512 }),
);
const CLIENT: Session = { ...PLAIN, isReflectorClient: true, clusterId: cluster.value };

test('a session is made with its name, its family, and no role but the one that is given', () => {
  expect(PLAIN).toEqual({
    source: 'Mesh',
    protocolName: 'Mesh_192_0_2_2',
    family: 'ipv4',
    isIpv6: false,
    remoteAddress: '192.0.2.2',
    remoteAsn: 64512,
    isReflectorClient: false,
    usesLocalAddress: true,
    isPassive: false,
    importFilters: [],
    exportFilters: [],
    origin: '/a',
  });
});

test.each<[string, Session, string]>([
  ['plain', PLAIN, 'AS 64512'],
  ['our number where it is the same', { ...PLAIN, localAsn: 64512 }, 'AS 64512'],
  ['our number where it is another', { ...PLAIN, localAsn: 65001 }, 'local AS 65001, AS 64512'],
  ['a client', CLIENT, 'AS 64512, a client of this reflector, cluster 1.0.0.1'],
])('shown to people: %s', (_, session, text) => {
  expect(showTerms(session)).toBe(text);
});

describe('two sessions with one neighbor', () => {
  test.each<[string, Session, boolean, boolean]>([
    ['the same', PLAIN, true, false],
    ['another key', { ...PLAIN, origin: '/b' }, true, false],
    ['another source, and so another name', { ...PLAIN, source: 'Node' }, false, false],
    ['another AS number', { ...PLAIN, remoteAsn: 65001 }, false, true],
    ['another role', CLIENT, false, true],
  ])('%s', (_, session, isSame, isContradiction) => {
    expect(hasSameTerms(PLAIN, session)).toBe(isSame);
    expect(areContradictory(PLAIN, session)).toBe(isContradiction);
  });
});

describe('what BIRD restarts a session for', () => {
  const reasons = (was: Session, is: Session, oldAsn?: number, asn?: number) =>
    restartReasons(
      { session: was, defaults: { localAsn: oldAsn } },
      { session: is, defaults: { localAsn: asn } },
      { restartsForNextHop: true, restartsForListening: true, restartsForGeneration: true },
    );

  test.each<[string, readonly string[], readonly string[]]>([
    ['nothing', reasons(PLAIN, PLAIN, 64512, 64512), []],
    ['the key alone', reasons(PLAIN, { ...PLAIN, origin: '/b' }), []],
    [
      "the family's AS number",
      reasons(PLAIN, PLAIN, 64512, 65001),
      ["this host's AS number changes 64512 → 65001"],
    ],
    [
      'the same AS number, now said by the session itself',
      reasons(PLAIN, { ...PLAIN, localAsn: 64512 }, 64512, 64512),
      [],
    ],
    ['its name', reasons(PLAIN, { ...PLAIN, source: 'Node' }), ['it was called Mesh_192_0_2_2']],
    ['its role', reasons(PLAIN, CLIENT), ['the neighbor becomes a client of this reflector']],
    [
      'the cluster of a client',
      reasons(CLIENT, { ...CLIENT, clusterId: other.value }),
      ['the cluster id changes 1.0.0.1 → 1.0.0.2'],
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
