import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/plan/host.js';
import { Planner } from '../../src/plan/make-plan.js';
import type { Plan } from '../../src/plan/plan.js';
import { FAMILIES } from '../../src/values/family.js';
import { changes, entriesAfter, goodEntry } from '../support/arbitraries.js';
import { storeOf } from '../support/scenario.js';

const entries = fc.array(changes(goodEntry), { maxLength: 6 }).map(entriesAfter);
const NAMES = ['node-a', 'node-b', 'node-c', 'node-d', 'node-e'];

function planOf(nodeName: string, standing: Parameters<typeof storeOf>[0]): Plan {
  const host: Host = {
    role: 'node',
    nodeName,
    acceptsCustomFilters: true,
    refusedStatements: new Map(),
  };
  return new Planner().plan(storeOf(standing).cluster(), host).plan;
}

describe('in any cluster', () => {
  test('A plans a mesh session to B exactly when B plans one to A', () => {
    fc.assert(
      fc.property(entries, (standing) => {
        const plans = new Map(NAMES.map((name) => [name, planOf(name, standing)]));
        for (const family of FAMILIES) {
          for (const plan of plans.values()) {
            for (const session of meshOf(plan, family)) {
              const others = [...plans.values()].filter(
                ({ [family]: { localAddress } }) => localAddress === session.remoteAddress,
              );
              const back = others.some((other) =>
                meshOf(other, family).some(
                  ({ remoteAddress }) => remoteAddress === plan[family].localAddress,
                ),
              );
              expect(back).toBe(true);
            }
          }
        }
      }),
    );
  });

  test('names of protocols and remote addresses are unique', () => {
    fc.assert(
      fc.property(entries, fc.constantFrom(...NAMES), (standing, name) => {
        const plan = planOf(name, standing);
        const sessions = [...plan.ipv4.sessions, ...plan.ipv6.sessions];

        expect(new Set(sessions.map(({ protocolName }) => protocolName)).size).toBe(
          sessions.length,
        );
        expect(new Set(sessions.map(({ remoteAddress }) => remoteAddress)).size).toBe(
          sessions.length,
        );
      }),
    );
  });

  test('another node changes nothing about the sessions with the others', () => {
    fc.assert(
      fc.property(entries, (standing) => {
        const more = [
          ...standing,
          { key: '/calico/bgp/v1/host/node-z/ip_addr_v4', value: '192.0.2.99' },
        ];
        const before = planOf('node-a', standing).ipv4.sessions;
        const after = planOf('node-a', more).ipv4.sessions;

        expect(after.filter(({ remoteAddress }) => remoteAddress !== '192.0.2.99')).toEqual(before);
      }),
    );
  });
});

function meshOf(plan: Plan, family: 'ipv4' | 'ipv6') {
  return plan[family].sessions.filter(({ protocolName }) => protocolName.startsWith('Mesh_'));
}
