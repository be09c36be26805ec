/**
 * The forecast of restarts and the templates know the same: a session is forecast to restart exactly when a line of its
 * printed protocol changes by which BIRD would restart it. So an option that a template prints and the forecast forgets, or the
 * other way round, is found. On failure fast-check prints seed and counter-example.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/datastore/datastore.js';
import type { DecodedStore } from '../../src/decode/decoded-store.js';
import { forecastRestarts } from '../../src/plan/forecast-restarts.js';
import type { Host } from '../../src/plan/host.js';
import { Planner } from '../../src/plan/make-plan.js';
import { changes, entriesAfter, goodOfAny } from '../support/arbitraries.js';
import { BASE, DIALECTS, HOSTS, put } from '../support/property-site.js';
import { Renderer, storeOf } from '../support/scenario.js';

/** Changes that are about sessions that there are; the others seldom are. */
const pointedChange: fc.Arbitrary<Change> = fc.constantFrom(
  put('host/node-a/as_num', '65001'),
  put('host/node-b/as_num', '65002'),
  put('host/node-a/ip_addr_v4', '192.0.2.77'),
  put('host/node-a/ip_addr_v6', '2001:db8::77'),
  put('global/as_num', '65003'),
  put('global/node_mesh', '{"enabled":false}'),
  put('rr_v4/192.0.2.1', '{"cluster_id":"1.0.0.9"}'),
  put('rr_v4/192.0.2.1', '{"cluster_id":""}'),
  put('global/peer_v4/192.0.2.1', '{"ip":"192.0.2.1","as_num":"65004"}'),
  put('global/peer_v4/192.0.2.2', '{"ip":"192.0.2.2","as_num":"65005"}'),
);

test('what is forecast to restart is what BIRD is told to restart', async () => {
  let restarts = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(changes(goodOfAny), { maxLength: 2 }),
      fc.oneof(changes(goodOfAny), fc.array(pointedChange, { minLength: 1, maxLength: 3 })),
      fc.constantFrom(...HOSTS),
      fc.constantFrom(...DIALECTS),
      async (earlier, change, host, dialect) => {
        const renderer = await Renderer.create(dialect);
        const planner = new Planner();
        const [before, after] = [
          [BASE, ...earlier],
          [BASE, ...earlier, change],
        ].map((batches) => {
          const store = storeOf(entriesAfter(batches));
          const { plan } = planner.plan(store.cluster(), host);
          return { plan, printed: printedSessions(renderer, store, host) };
        });
        if (before === undefined || after === undefined) {
          throw new Error('there are two');
        }

        const { habits } = renderer.dialect;
        const forecast = forecastRestarts(before.plan, after.plan, habits).map(
          (restart) => restart.protocolName,
        );

        const restarted = [...after.printed].filter(([neighbor, { text }]) => {
          const was = before.printed.get(neighbor) ?? movedPort(neighbor, before, after);
          return was !== undefined && was.text !== text;
        });
        expect(forecast.toSorted()).toEqual(restarted.map(([, { name }]) => name).toSorted());
        restarts += forecast.length;
      },
    ),
    { numRuns: 300 },
  );
  expect(restarts).toBeGreaterThan(100);
}, 60_000);

interface PrintedSession {
  readonly name: string;
  /** All by which BIRD would restart it, with what its template and the head of its file say. */
  readonly text: string;
}

type PrintedSessions = ReadonlyMap<string, PrintedSession>;

/** The sessions in the files for `host`, by neighbor. */
function printedSessions(renderer: Renderer, store: DecodedStore, host: Host): PrintedSessions {
  const isBird1 = renderer.dialect.daemons.length > 1;
  const sessions = new Map<string, PrintedSession>();
  for (const file of renderer.render(store, host).files.values()) {
    const routerId = /^router id .*$/m.exec(file)?.[0] ?? '';
    const templates = new Map(
      Array.from(file.matchAll(/^template bgp (\w+) \{\n([\s\S]*?)^\}/gm), ([, name, body]) => [
        name,
        body ?? '',
      ]),
    );
    const protocols = /^protocol bgp (\w+) from (\w+) \{\n([\s\S]*?)^\}/gm;
    for (const [, name = '', template, body = ''] of file.matchAll(protocols)) {
      const neighbor = /neighbor (.+) as/.exec(body)?.[1] ?? '';
      const options = restartingOptions(`${templates.get(template) ?? ''}${body}`, isBird1);
      sessions.set(neighbor, { name, text: [name, routerId, ...options].join('\n') });
    }
  }
  return sessions;
}

/** The session with a neighbor that goes away while one with another port of its address comes. */
function movedPort(
  neighbor: string,
  before: { readonly printed: PrintedSessions },
  after: { readonly printed: PrintedSessions },
): PrintedSession | undefined {
  const [address] = neighbor.split(' port ');
  const going = [...before.printed.keys()].filter(
    (one) => one.split(' port ')[0] === address && !after.printed.has(one),
  );
  return before.printed.get(going.at(-1) ?? '');
}

/**
 * Without comments, order, and the options that a running session takes over; of the AS number the last word counts. What becomes
 * of next hops, BIRD 2 and 3 take over, too.
 */
function restartingOptions(text: string, isBird1: boolean): readonly string[] {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '' && !/^((debug|import|export)\b|ipv[46]\b|\};$)/.test(line))
    .filter((line) => isBird1 || !line.startsWith('next hop '));
  const isLocal = (line: string): boolean => line.startsWith('local as ');
  const others = new Set(lines.filter((line) => !isLocal(line)));
  return [...[...others].sort(), lines.findLast(isLocal) ?? ''];
}
