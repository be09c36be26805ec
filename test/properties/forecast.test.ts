/**
 * The forecast of restarts and the templates know the same: a session is forecast to restart exactly when a line of its
 * printed protocol changes by which BIRD would restart it. So an option that a template prints and the forecast forgets, or the
 * other way round, is found. On failure fast-check prints seed and counter-example.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/datastore/datastore.js';
import { forecastRestarts } from '../../src/plan/forecast-restarts.js';
import { Planner } from '../../src/plan/make-plan.js';
import { changes, entriesAfter, goodEntry } from '../support/arbitraries.js';
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
      fc.array(changes(goodEntry), { maxLength: 2 }),
      fc.oneof(changes(goodEntry), fc.array(pointedChange, { minLength: 1, maxLength: 3 })),
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
          return { plan, printed: printedSessions(renderer.render(store, host).files) };
        });
        if (before === undefined || after === undefined) {
          throw new Error('there are two');
        }

        const forecast = forecastRestarts(before.plan, after.plan).map((r) => r.protocolName);

        const restarted = [...after.printed].filter(([neighbor, { text }]) => {
          const was = before.printed.get(neighbor);
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

/** The sessions in rendered files, by neighbor. */
function printedSessions(files: ReadonlyMap<string, string>): ReadonlyMap<string, PrintedSession> {
  const sessions = new Map<string, PrintedSession>();
  for (const file of files.values()) {
    const routerId = /^router id .*$/m.exec(file)?.[0] ?? '';
    const templates = new Map(
      Array.from(file.matchAll(/^template bgp (\w+) \{\n([\s\S]*?)^\}/gm), ([, name, body]) => [
        name,
        body ?? '',
      ]),
    );
    const protocols = /^protocol bgp (\w+) from (\w+) \{\n([\s\S]*?)^\}/gm;
    for (const [, name = '', template, body = ''] of file.matchAll(protocols)) {
      const neighbor = /neighbor (\S+) as/.exec(body)?.[1] ?? '';
      const options = restartingOptions(`${templates.get(template) ?? ''}${body}`);
      sessions.set(neighbor, { name, text: [name, routerId, ...options].join('\n') });
    }
  }
  return sessions;
}

/** Without comments, and without the options that a running session takes over; of the AS number the last word counts. */
function restartingOptions(text: string): readonly string[] {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '' && !/^(debug|import|export)\b/.test(line));
  const isLocal = (line: string): boolean => line.startsWith('local as ');
  return [...lines.filter((line) => !isLocal(line)), lines.findLast(isLocal) ?? ''];
}
