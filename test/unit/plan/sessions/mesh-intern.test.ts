/** The mesh's sessions over many passes: what is asked for again, and which objects stay. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClusterStore } from '../../../../src/model/cluster-store.js';
import type { Node } from '../../../../src/model/node.js';
import { MeshIntern } from '../../../../src/plan/sessions/intern-sessions.js';
import { type MeshRule, meshRuleOf } from '../../../../src/plan/sessions/mesh.js';
import { type Address, parseAddress } from '../../../../src/values/address.js';

/** Nodes by name, as numbers: the last octet of the address; none for a node without an address. */
type Octets = Readonly<Record<string, number | undefined>>;

function addressOf(octet: number): Address {
  const address = parseAddress(`192.0.2.${octet}`);
  if (!address.ok) {
    throw new Error(address.reason);
  }
  return address.value;
}

const LOCAL = { nodeName: 'node-a', family: 'ipv4', address: addressOf(1) } as const;

/** A store whose nodes can be changed one by one, as the daemon's. */
class Site {
  readonly #store = new ClusterStore();
  readonly intern = new MeshIntern();

  constructor(nodes: Octets) {
    this.#store.set('/as', [{ kind: 'default-asn', asn: 64512 }]);
    this.set(nodes);
  }

  set(nodes: Octets): void {
    for (const [nodeName, octet] of Object.entries(nodes)) {
      const about = { kind: 'node-address', nodeName, family: 'ipv4' } as const;
      this.#store.set(`/${nodeName}`, [
        octet === undefined ? about : { ...about, address: addressOf(octet) },
      ]);
    }
  }

  remove(nodeName: string): void {
    this.#store.set(`/${nodeName}`, []);
  }

  setDefaultAsn(asn: number): void {
    this.#store.set('/as', [{ kind: 'default-asn', asn }]);
  }

  rule(): MeshRule {
    return meshRuleOf(this.#store.cluster(), LOCAL);
  }

  /** The sessions, and the names of the nodes that were asked about. */
  pass() {
    const rule = this.rule();
    const asked: string[] = [];
    const ask = (node: Node) => {
      asked.push(node.name);
      return rule.ask(node);
    };
    return { ...this.intern.intern({ ...rule, ask }), asked };
  }
}

const THREE = { 'node-a': 1, 'node-b': 2, 'node-c': 3, 'node-d': 4 };

test('nobody is asked again while nothing changes, and all sessions are the objects that they were', () => {
  const site = new Site(THREE);
  const before = site.pass().sessions;

  const { sessions, asked } = site.pass();

  expect(asked).toEqual([]);
  expect(before).toHaveLength(3);
  sessions.forEach((session, index) => {
    expect(session).toBe(before[index]);
  });
});

test('a changed node alone is asked, and the others keep their objects', () => {
  const site = new Site(THREE);
  const before = site.pass().sessions;
  site.set({ 'node-c': 33 });

  const { sessions, asked } = site.pass();

  expect(asked).toEqual(['node-c']);
  expect(sessions.map(({ protocolName }) => protocolName)).toEqual([
    'Mesh_192_0_2_2',
    'Mesh_192_0_2_33',
    'Mesh_192_0_2_4',
  ]);
  expect([sessions[0], sessions[2]]).toEqual([before[0], before[2]]);
  expect(sessions[0]).toBe(before[0]);
  expect(sessions[2]).toBe(before[2]);
});

test('a node that is another object and asks for the same keeps its session', () => {
  const site = new Site(THREE);
  const before = site.pass().sessions;
  site.remove('node-c');
  site.set({ 'node-c': 3 });

  const { sessions } = site.pass();

  expect(sessions[1]).toBe(before[1]);
});

test('nodes that come and go in the middle leave the ends alone', () => {
  const site = new Site(THREE);
  const before = site.pass().sessions;
  site.remove('node-b');
  site.set({ 'node-bb': 22, 'node-cc': undefined });

  const { sessions, asked } = site.pass();

  expect(asked).not.toContain('node-d');
  expect(sessions.map(({ protocolName }) => protocolName)).toEqual([
    'Mesh_192_0_2_22',
    'Mesh_192_0_2_3',
    'Mesh_192_0_2_4',
  ]);
  expect(sessions[1]).toBe(before[1]);
  expect(sessions[2]).toBe(before[2]);
});

test("another AS number of the cluster's asks everybody again", () => {
  const site = new Site(THREE);
  site.pass();
  site.setDefaultAsn(65001);

  const { sessions, asked } = site.pass();

  expect(asked).toEqual(Object.keys(THREE));
  expect(sessions.map(({ remoteAsn }) => remoteAsn)).toEqual([65001, 65001, 65001]);
});

test('a claim of an address elsewhere decides anew about a node that did not change', () => {
  const site = new Site({ 'node-a': 1, 'node-c': 3 });
  expect(site.pass().sessions.map(({ origin }) => origin)).toEqual(['/node-c']);

  site.set({ 'node-b': 3 });
  expect(site.pass().sessions.map(({ origin }) => origin)).toEqual(['/node-b']);

  site.remove('node-b');
  expect(site.pass().sessions.map(({ origin }) => origin)).toEqual(['/node-c']);
});

test('who has our address, or none, is told as left', () => {
  const site = new Site(THREE);
  site.pass();
  site.set({ 'node-b': 1, 'node-d': undefined });

  expect(
    site
      .pass()
      .left()
      .map(({ name }) => name),
  ).toEqual(['node-a', 'node-b', 'node-d']);
});

test('whatever changes, the sessions are those of a start from nothing', () => {
  const names = ['node-0', 'node-a', 'node-b', 'node-c', 'node-d'];
  const change = fc.oneof(
    fc.record({
      name: fc.constantFrom(...names),
      octet: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    }),
    fc.record({ gone: fc.constantFrom(...names) }),
    fc.record({ asn: fc.integer({ min: 64512, max: 64514 }) }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 8 }), (passes) => {
      const site = new Site(THREE);
      for (const changes of passes) {
        for (const one of changes) {
          if ('gone' in one) {
            site.remove(one.gone);
          } else if ('asn' in one) {
            site.setDefaultAsn(one.asn);
          } else {
            site.set({ [one.name]: one.octet });
          }
        }
        const { sessions, left } = site.pass();
        const afresh = new MeshIntern().intern(site.rule());
        expect({ sessions, left: left() }).toEqual({
          sessions: afresh.sessions,
          left: afresh.left(),
        });
      }
    }),
  );
});
