import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SessionIntern } from '../../../../src/plan/sessions/intern-sessions.js';
import { askFor, sessionOf } from '../../../../src/plan/sessions/session-of.js';
import type { AskedSession } from '../../../../src/plan/sessions/terms.js';
import { parseAddress } from '../../../../src/values/address.js';
import { parseRouterId } from '../../../../src/values/router-id.js';

function ask(octet: number, change: Partial<AskedSession> = {}): AskedSession {
  const address = parseAddress(`192.0.2.${octet}`);
  if (!address.ok) {
    throw new Error(address.reason);
  }
  const request = { source: 'Mesh', remoteAddress: address.value, origin: `/${octet}` } as const;
  return { ...askFor(request, { remoteAsn: 64512 }), ...change };
}

const clusterId = parseRouterId('1.0.0.1');

test('a session that is the same in everything is the object of the last time', () => {
  const intern = new SessionIntern();
  const [first, second] = intern.intern([ask(1), ask(2)]);

  const again = intern.intern([ask(2), ask(3), ask(1)]);

  expect(again[0]).toBe(second);
  expect(again[2]).toBe(first);
  expect(again).toEqual([ask(2), ask(3), ask(1)].map(sessionOf));
});

test.each<[string, Partial<AskedSession>]>([
  ['its source, and so its name', { source: 'Node' }],
  ['our AS number', { localAsn: 65001 }],
  ["the neighbor's AS number", { remoteAsn: 65001 }],
  ['its role', { isReflectorClient: true }],
  ['its cluster', clusterId.ok ? { clusterId: clusterId.value } : {}],
  ['the key that asks for it', { origin: '/other' }],
])('one that differs in %s is another', (_, change) => {
  const intern = new SessionIntern();
  intern.intern([ask(1)]);

  const [changed] = intern.intern([ask(1, change)]);

  expect(changed).toEqual(sessionOf(ask(1, change)));
  expect(intern.intern([ask(1, change)])[0]).toBe(changed);
});

test('one that comes, goes or changes its address leaves all others the objects that they were', () => {
  const intern = new SessionIntern();
  const before = intern.intern([ask(1), ask(2), ask(4), ask(5)]);

  const after = intern.intern([ask(1), { ...ask(9), origin: '/2' }, ask(3), ask(5), ask(6)]);

  expect(after[0]).toBe(before[0]);
  expect(after[3]).toBe(before[3]);
  expect(after.map(({ protocolName }) => protocolName)).toEqual(
    [1, 9, 3, 5, 6].map((octet) => `Mesh_192_0_2_${octet}`),
  );
});

test('what is asked for is taken one by one, and nothing of it is kept but sessions', () => {
  const intern = new SessionIntern();
  const [first] = intern.intern([ask(1)]);
  const asked = [ask(1), ask(2)];
  function* rule(): Iterable<AskedSession> {
    yield* asked;
  }

  const again = intern.intern(rule());

  expect(again[0]).toBe(first);
  expect(asked).not.toContain(again[1]);
});

test('whatever came before, it gives the sessions that are asked for', () => {
  const pool = [1, 2, 3, 4].flatMap((octet) => [
    ask(octet),
    ask(octet, { remoteAsn: 1 }),
    ask(octet, { origin: '/shared' }),
  ]);
  fc.assert(
    fc.property(fc.array(fc.array(fc.constantFrom(...pool))), (steps) => {
      const intern = new SessionIntern();
      for (const asked of steps) {
        expect(intern.intern(asked)).toEqual(asked.map(sessionOf));
      }
    }),
  );
});
