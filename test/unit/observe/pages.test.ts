import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Page, Pages } from '../../../src/observe/http-server.js';
import { pagesOf } from '../../../src/observe/pages.js';
import type { DaemonStatus } from '../../../src/observe/status.js';
import { ManualClock } from '../../support/manual-clock.js';
import { projectRoot } from '../../support/tools.js';
import { metricsOf } from './metrics-fixture.js';
import { boardWith, statusWith } from './status-fixture.js';

const NOW_MS = 2_000_000;

function pagesWith(parts: Partial<DaemonStatus> = {}): Pages {
  const board = boardWith(statusWith(parts));
  return pagesOf({
    board,
    metrics: metricsOf(() => board.current()),
    clock: new ManualClock(NOW_MS),
    isStuck: () => false,
    staleAfterMs: 60_000,
    statusTemplate: join(projectRoot, 'templates/status/status.html.hbs'),
  });
}

async function pageOf(pages: Pages, path: string): Promise<Page> {
  const page = await pages[path]?.();
  return page ?? expect.fail(`there is no ${path}`);
}

const busy = statusWith({
  datastore: {
    description: 'etcd3 http://192.0.2.1:2379',
    state: 'lost',
    reason: 'connection refused',
    advice: 'start etcd',
    heardAt: 1_940_000,
    revision: '42',
    snapshots: 1,
  },
  birdVersion: 'BIRD version 2.0.12',
  generation: { sequence: 7, digest: 'd7', loadedAt: 1_700_000 },
  desiredDigest: 'd8',
  sessions: { ipv4: 12, ipv6: 3 },
  lastPass: {
    outcome: 'refused',
    at: 1_990_000,
    durationMs: 31.25,
    stagesMs: { plan: 1.04, render: 2 },
    causes: ['/calico/bgp/v1/host/node-b/ip_addr_v4'],
    changes: ['session Mesh_192_0_2_2 added'],
    reason: 'BIRD refuses the configuration',
  },
  retry: { attempt: 3, reason: 'BIRD refuses the configuration', at: 2_001_000 },
  birds: [
    {
      daemon: 'bird',
      isUp: true,
      since: 1_000_000,
      isNeeded: true,
      loaded: { sequence: 7, digest: 'd7', at: 1_700_000, isInProgress: false },
    },
  ],
});

test('/livez answers 200', async () => {
  const page = await pageOf(pagesWith(), '/livez');

  expect(page).toEqual({ status: 200, contentType: 'text/plain', body: 'birdkeeper runs\n' });
});

test('/readyz answers 503 until a configuration is loaded, then 200, with the reasons', async () => {
  expect(await pageOf(pagesWith(), '/readyz')).toEqual({
    status: 503,
    contentType: 'text/plain',
    body: 'no configuration has been rendered from the datastore yet\nthe datastore is connecting\n',
  });
  expect(await pageOf(pagesWith(busy), '/readyz')).toEqual({
    status: 200,
    contentType: 'text/plain',
    body: 'BIRD runs generation 7\nthe newest state is not applied: BIRD refuses the configuration\nthe last good configuration stands; the datastore is lost: connection refused\n',
  });
});

test("/metrics is Prometheus' text", async () => {
  const { contentType, body } = await pageOf(pagesWith(busy), '/metrics');

  expect(contentType).toBe('text/plain; version=0.0.4');
  expect(body).toContain('\nbirdkeeper_generation_sequence 7\n');
});

test('/status is the whole status as JSON', async () => {
  const { contentType, body } = await pageOf(pagesWith(busy), '/status');

  expect(contentType).toBe('application/json');
  expect(JSON.parse(body)).toEqual(busy);
  expect(body.endsWith('}\n')).toBe(true);
});

test.each([
  ['v1', 'keys of Calico 2'],
  ['v3', 'resources of Calico 3'],
  [undefined, 'nothing of Calico'],
] as const)('the page for people says which Calico is read: %s', async (calico, text) => {
  const unknownFields = { nodes: { count: 3, paths: ['spec.future'] } };
  const { body } = await pageOf(pagesWith({ input: { calico, unknownFields } }), '/');

  expect(body).toContain(`; holds ${text}\n`);
  expect(body).toContain('3 fields of nodes are not known here and are ignored: spec.future');
});

test('the page for people tells all of it, with times as ages', async () => {
  const { contentType, body } = await pageOf(pagesWith(busy), '/');

  expect(contentType).toBe('text/html');
  for (const text of [
    'birdkeeper on node-a',
    'BIRD runs generation 7',
    'etcd3 http://192.0.2.1:2379: lost, heard 60 s ago, revision 42',
    'connection refused',
    'start etcd',
    '7, loaded 300 s ago',
    '12 IPv4, 3 IPv6',
    'BIRD says BIRD version 2.0.12',
    'BIRD refuses the configuration (attempt 3)',
    'refused, 10 s ago, 31.3 ms (plan 1.0 ms, render 2.0 ms)',
    '<code>/calico/bgp/v1/host/node-b/ip_addr_v4</code>',
    'session Mesh_192_0_2_2 added',
    '<p class="ok">none</p>',
  ]) {
    expect(body).toContain(text);
  }
});

test('the page for people of a daemon that has just started has no holes', async () => {
  const { body } = await pageOf(pagesWith(), '/');

  expect(body).toContain('etcd3 http://192.0.2.1:2379: connecting, heard never');
  expect(body).toContain('<th>generation</th><td>none</td>');
  expect(body).not.toContain('Last pass');
  expect(body).not.toMatch(/undefined|NaN|\[object/);
});

test('nothing that the datastore holds becomes markup', async () => {
  const evil = '<script>alert("x")</script>\'&';
  const { body } = await pageOf(
    pagesWith({
      ...busy,
      node: evil,
      datastore: { ...busy.datastore, reason: evil, advice: evil },
      lastPass: {
        outcome: 'applied',
        at: 1,
        durationMs: 1,
        stagesMs: {},
        causes: [evil],
        changes: [evil],
        restarts: { count: 1, sessions: [evil], reasons: [evil] },
        reason: evil,
      },
      problems: [{ code: 'invalid-value', key: evil, reason: evil, action: evil, since: 1 }],
    }),
    '/',
  );

  expect(body).not.toContain('<script');
  expect(
    body.match(/&lt;script&gt;alert\(&quot;x&quot;\)&lt;\/script&gt;&#x27;&amp;/g),
  ).toHaveLength(
    // Title, heading, health line, datastore twice, reason, cause, change, restart, key, reason, action.
    12,
  );
});
