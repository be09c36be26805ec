import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Session } from '../../../../src/plan/plan.js';
import { mergeSessions } from '../../../../src/plan/sessions/merge-sessions.js';
import { askFor, sessionOf } from '../../../../src/plan/sessions/session-of.js';
import { parseAddress } from '../../../../src/values/address.js';

function session(source: 'Mesh' | 'Global' | 'Node', octet: number, remoteAsn = 64512): Session {
  const address = parseAddress(`192.0.2.${octet}`);
  if (!address.ok) {
    throw new Error(address.reason);
  }
  const request = { source, remoteAddress: address.value, origin: `/${source}/${octet}` };
  return sessionOf(askFor(request, { remoteAsn }));
}

const MESH = [session('Mesh', 1), session('Mesh', 2)];

test('sessions to different addresses all stand, in their order', () => {
  const peers = [session('Global', 3), session('Node', 4)];

  expect(mergeSessions(MESH, peers)).toEqual({ sessions: [...MESH, ...peers], problems: [] });
  expect(mergeSessions([], [])).toEqual({ sessions: [], problems: [] });
});

test('of two to one address the first stands; where they agree, nobody has to be told', () => {
  const { sessions, problems } = mergeSessions(MESH, [session('Node', 2)]);

  expect(sessions).toEqual(MESH);
  expect(problems).toEqual([]);
});

test('where they disagree about the AS number, the dropped one is a problem that names both', () => {
  const peers = [session('Global', 2, 65001), session('Node', 2, 65002)];
  const { sessions, problems } = mergeSessions(MESH, peers);

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
  const { sessions, problems } = mergeSessions([], [...MESH, client]);

  expect(sessions).toEqual(MESH);
  expect(problems).toEqual([
    {
      code: 'duplicate-session',
      key: '/Global/2',
      reason:
        'it asks for a session to 192.0.2.2 as AS 64512, a client of this reflector, but /Mesh/2 already asks for one as AS 64512',
      action: 'kept Mesh_192_0_2_2 and left this one out; make the two agree, or remove one',
    },
  ]);
});

const POOL = [1, 2, 3].flatMap((octet) => [
  session('Mesh', octet),
  session('Global', octet),
  session('Node', octet, 65001),
]);

test('where the line between the two lists is drawn makes no difference', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...POOL)), fc.nat(3), (peers, count) => {
      const mesh = [1, 2, 3].map((octet) => session('Mesh', octet)).slice(0, count);

      const merged = mergeSessions(mesh, peers);

      expect(merged).toEqual(mergeSessions([], [...mesh, ...peers]));
      const addresses = [...mesh, ...peers].map(({ remoteAddress }) => remoteAddress);
      expect(merged.sessions.map(({ remoteAddress }) => remoteAddress)).toEqual([
        ...new Set(addresses),
      ]);
    }),
  );
});
