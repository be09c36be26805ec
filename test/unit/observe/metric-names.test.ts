import { expect, test } from 'vitest';
import { metricsOf } from './metrics-fixture.js';
import { statusWith } from './status-fixture.js';

test('every metric is ours, and the counters, and they alone, end in _total', async () => {
  const metrics = await metricsOf(() => statusWith()).describe();

  expect(metrics.length).toBeGreaterThan(10);
  for (const { name, type } of metrics) {
    expect(name).toMatch(/^birdkeeper_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
  }
});

test('scraping twice does not count twice what somebody else counts', async () => {
  const datastore = { description: 'file /a.yaml', state: 'synced', snapshots: 3 } as const;
  const metrics = metricsOf(() => statusWith({ datastore }));

  await metrics.text();

  expect(await metrics.text()).toContain('birdkeeper_datastore_snapshots_total 3\n');
});
