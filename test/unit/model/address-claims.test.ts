/** Who claims which address, as nodes come, change and go: always what a look at all nodes would give. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressClaims } from '../../../src/model/address-claims.js';
import type { Node } from '../../../src/model/node.js';
import { type Address, parseAddress } from '../../../src/values/address.js';

const ADDRESSES = ['192.0.2.1', '192.0.2.2', '2001:db8::1'].map((text): Address => {
  const address = parseAddress(text);
  if (!address.ok) {
    throw new Error(address.reason);
  }
  return address.value;
});
const [FIRST, SECOND, SIX] = ADDRESSES as [Address, Address, Address];

/** A node with these addresses. */
function node(name: string, ipv4?: Address, ipv6?: Address): Node {
  return {
    name,
    addresses: {
      ...(ipv4 && { ipv4: { address: ipv4, origin: `/${name}/4` } }),
      ...(ipv6 && { ipv6: { address: ipv6, origin: `/${name}/6` } }),
    },
    networks: {},
  };
}

test('an address of one node is contested by nobody, and nothing new is told', () => {
  const claims = new AddressClaims();
  const before = claims.contested();
  claims.change(undefined, node('a', FIRST, SIX));
  claims.change(undefined, node('b', SECOND));

  expect(claims.contested().size).toBe(0);
  expect(claims.contested()).toBe(before);
});

test('an address of two is contested until one of them lets go', () => {
  const claims = new AddressClaims();
  claims.change(undefined, node('b', FIRST));
  claims.change(undefined, node('a', FIRST));
  expect([...claims.contested()]).toEqual([[FIRST, ['a', 'b']]]);

  claims.change(node('b', FIRST), node('b', SECOND));
  expect(claims.contested().size).toBe(0);
  claims.change(node('a', FIRST), undefined);
  claims.change(undefined, node('c', FIRST));

  expect(claims.contested().size).toBe(0);
});

test('what is contested is told anew only when that changed', () => {
  const claims = new AddressClaims();
  claims.change(undefined, node('a', FIRST));
  claims.change(undefined, node('b', FIRST));
  const told = claims.contested();

  claims.change(undefined, node('c', SECOND));
  claims.change(node('c', SECOND), undefined);
  expect(claims.contested()).toBe(told);

  claims.change(undefined, node('c', FIRST));
  expect([...claims.contested()]).toEqual([[FIRST, ['a', 'b', 'c']]]);
});

test('whatever comes, changes and goes, it is what the nodes that stand say', () => {
  const change = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    ipv4: fc.option(fc.constantFrom(FIRST, SECOND), { nil: undefined }),
    ipv6: fc.option(fc.constant(SIX), { nil: undefined }),
    isThere: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const claims = new AddressClaims();
      const nodes = new Map<string, Node>();
      for (const { name, ipv4, ipv6, isThere } of changes) {
        const after = isThere ? node(name, ipv4, ipv6) : undefined;
        claims.change(nodes.get(name), after);
        nodes.delete(name);
        if (after !== undefined) {
          nodes.set(name, after);
        }
      }

      const expected = ADDRESSES.map((address) => {
        const names = [...nodes.values()]
          .filter(({ addresses: { ipv4, ipv6 } }) =>
            [ipv4?.address, ipv6?.address].includes(address),
          )
          .map(({ name }) => name)
          .sort();
        return [address, names] as const;
      }).filter(([, names]) => names.length > 1);
      expect([...claims.contested()]).toEqual(expected);
    }),
  );
});
