import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Session } from '../../../../src/plan/plan.js';
import { SessionIntern } from '../../../../src/plan/sessions/intern-sessions.js';
import { sessionOf } from '../../../../src/plan/sessions/session-of.js';
import { parseAddress } from '../../../../src/values/address.js';
import { parseRouterId } from '../../../../src/values/router-id.js';

function session(octet: number, change: Partial<Session> = {}): Session {
  const address = parseAddress(`192.0.2.${octet}`);
  if (!address.ok) {
    throw new Error(address.reason);
  }
  const request = { source: 'Mesh', remoteAddress: address.value, origin: `/${octet}` } as const;
  return { ...sessionOf(request, { remoteAsn: 64512 }), ...change };
}

const clusterId = parseRouterId('1.0.0.1');

test('a session that is the same in everything is the object of the last time', () => {
  const intern = new SessionIntern();
  const [first, second] = intern.intern([session(1), session(2)]);

  const again = intern.intern([session(2), session(3), session(1)]);

  expect(again[0]).toBe(second);
  expect(again[2]).toBe(first);
  expect(again).toEqual([session(2), session(3), session(1)]);
});

test.each<[string, Partial<Session>]>([
  ['its name', { protocolName: 'Node_192_0_2_1' }],
  ['our AS number', { localAsn: 65001 }],
  ["the neighbor's AS number", { remoteAsn: 65001 }],
  ['its role', { isReflectorClient: true }],
  ['its cluster', clusterId.ok ? { clusterId: clusterId.value } : {}],
  ['the key that asks for it', { origin: '/other' }],
])('one that differs in %s is another', (_, change) => {
  const intern = new SessionIntern();
  intern.intern([session(1)]);

  const [changed] = intern.intern([session(1, change)]);

  expect(changed).toEqual(session(1, change));
  expect(intern.intern([session(1, change)])[0]).toBe(changed);
});

test('whatever came before, it gives what it is given', () => {
  const pool = [1, 2, 3, 4].flatMap((octet) => [session(octet), session(octet, { remoteAsn: 1 })]);
  const lists = fc.uniqueArray(fc.constantFrom(...pool), {
    selector: ({ remoteAddress }) => remoteAddress,
  });
  fc.assert(
    fc.property(fc.array(lists), (steps) => {
      const intern = new SessionIntern();
      for (const sessions of steps) {
        expect(intern.intern(sessions)).toEqual(sessions);
      }
    }),
  );
});
