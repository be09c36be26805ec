import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Session } from '../../../src/plan/plan.js';
import { SessionMerger } from '../../../src/plan/sessions/merge-sessions.js';
import { protocolNameOf } from '../../../src/plan/sessions/protocol-name.js';
import { parseAddress } from '../../../src/values/address.js';

function session(source: 'Mesh' | 'Global' | 'Node', octet: number, remoteAsn = 64512): Session {
  const address = parseAddress(`192.0.2.${octet}`);
  if (!address.ok) {
    throw new Error(address.reason);
  }
  return {
    protocolName: protocolNameOf(source, address.value),
    family: 'ipv4',
    isIpv6: false,
    remoteAddress: address.value,
    remoteAsn,
    isReflectorClient: false,
    origin: `/${source}/${octet}`,
  };
}

const MESH = [session('Mesh', 1), session('Mesh', 2)];

test('sessions to different addresses stay as they are, the same list', () => {
  const candidates = [...MESH, session('Global', 3)];
  const { sessions, problems } = new SessionMerger().merge(candidates);

  expect(sessions).toBe(candidates);
  expect(problems).toEqual([]);
});

test('so they do after others that were not, which is what it remembers', () => {
  const merger = new SessionMerger();
  merger.merge([...MESH, session('Node', 2)]);

  expect(merger.merge(MESH).sessions).toBe(MESH);
  expect(merger.merge([]).sessions).toEqual([]);
  expect(merger.merge(MESH).sessions).toBe(MESH);
});

test('of two to one address the first stands; where they agree, nobody has to be told', () => {
  const { sessions, problems } = new SessionMerger().merge([...MESH, session('Node', 2)]);

  expect(sessions).toEqual(MESH);
  expect(problems).toEqual([]);
});

test('where they disagree about the AS number, the dropped one is a problem that names both', () => {
  const candidates = [...MESH, session('Global', 2, 65001), session('Node', 2, 65002)];
  const { sessions, problems } = new SessionMerger().merge(candidates);

  expect(sessions).toEqual(MESH);
  expect(problems.map(({ code, key }) => [code, key])).toEqual([
    ['duplicate-session', '/Global/2'],
    ['duplicate-session', '/Node/2'],
  ]);
  expect(problems[0]?.reason).toMatch(/192\.0\.2\.2 as AS 65001.*\/Mesh\/2.*AS 64512/);
  expect(problems[0]?.action).toMatch(/kept Mesh_192_0_2_2/);
});

test('a client that is no client by the session that stands is a problem, too', () => {
  const client = { ...session('Global', 2), isReflectorClient: true };
  const { sessions, problems } = new SessionMerger().merge([...MESH, client]);

  expect(sessions).toEqual(MESH);
  expect(problems).toEqual([
    {
      code: 'duplicate-session',
      key: '/Global/2',
      reason:
        'it asks for a session to 192.0.2.2 as AS 64512, a client of this reflector, but /Mesh/2 already asks for one as AS 64512',
      action: 'kept Mesh_192_0_2_2 and left this one out; remove one of the two',
    },
  ]);
});

const POOL = [1, 2, 3].flatMap((octet) => [
  session('Mesh', octet),
  session('Global', octet),
  session('Node', octet, 65001),
]);

test('what it remembers of earlier lists never shows', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.constantFrom(...POOL)), { maxLength: 8 }), (lists) => {
      const merger = new SessionMerger();
      for (const candidates of lists) {
        const merged = merger.merge(candidates);

        expect(merged).toEqual(new SessionMerger().merge(candidates));
        const addresses = candidates.map(({ remoteAddress }) => remoteAddress);
        expect(merged.sessions.map(({ remoteAddress }) => remoteAddress)).toEqual([
          ...new Set(addresses),
        ]);
      }
    }),
  );
});
