import { expect, test } from 'vitest';
import type { Metrics } from '../../../src/observe/metrics.js';
import type { DaemonStatus } from '../../../src/observe/status.js';
import { metricsOf } from './metrics-fixture.js';
import { statusWith } from './status-fixture.js';

/** The samples of one metric in Prometheus' text. */
async function samplesOf(metrics: Metrics, name: string): Promise<readonly string[]> {
  const text = await metrics.text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
}

test('each metric has a help and a type', async () => {
  const text = await metricsOf(() => statusWith()).text();

  expect(text).toContain(
    '# HELP birdkeeper_datastore_up 1 when the datastore is followed, else 0\n# TYPE birdkeeper_datastore_up gauge\nbirdkeeper_datastore_up 0\n',
  );
});

test('states are read from the status at each scrape', async () => {
  let status: DaemonStatus = statusWith();
  const metrics = metricsOf(() => status);
  expect(await samplesOf(metrics, 'birdkeeper_generation_sequence')).toEqual([
    'birdkeeper_generation_sequence 0',
  ]);

  status = statusWith({
    datastore: { ...status.datastore, state: 'synced', heardAt: 1_500_250, snapshots: 2 },
    generation: { sequence: 7, digest: 'd7' },
    sessions: { ipv4: 12, ipv6: 3 },
  });

  const text = await metrics.text();
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'birdkeeper_build_info{version="1.2.3",dialect="bird2",role="node"} 1',
      'birdkeeper_generation_sequence 7',
      'birdkeeper_datastore_up 1',
      'birdkeeper_datastore_last_heard_timestamp_seconds 1500.25',
      'birdkeeper_planned_sessions{family="ipv4"} 12',
      'birdkeeper_planned_sessions{family="ipv6"} 3',
    ]),
  );
});

test('unknown fields are told by kind, and not at all where there are none', async () => {
  let unknownFields = {};
  const metrics = metricsOf(() => statusWith({ input: { calico: 'v3', unknownFields } }));
  expect(await samplesOf(metrics, 'birdkeeper_unknown_fields')).toEqual([]);

  unknownFields = { nodes: { count: 3, paths: ['spec.future'] } };
  expect(await samplesOf(metrics, 'birdkeeper_unknown_fields')).toEqual([
    'birdkeeper_unknown_fields{kind="nodes"} 3',
  ]);

  unknownFields = {};
  expect(await samplesOf(metrics, 'birdkeeper_unknown_fields')).toEqual([]);
});

test.each([
  ['BIRD has loaded what the datastore asks for', ['d7'], 'd7', 1],
  ['BIRD is away, or has not confirmed anything', [undefined], 'd7', 0],
  ['BIRD runs something older', ['d6'], 'd7', 0],
  ['one of two processes runs something older', ['d7', 'd6'], 'd7', 0],
  ['one of two processes is away', ['d7', undefined], 'd7', 0],
  ['both processes have loaded it', ['d7', 'd7'], 'd7', 1],
  ['no process is there', [], 'd7', 0],
  ['the datastore asks for something else', ['d7'], 'd8', 0],
  ['the datastore has not answered, or its state cannot be rendered', ['d7'], undefined, 0],
])('the loaded metric while %s', async (_, digests, desiredDigest, value) => {
  const unused = { daemon: 'bird6', isUp: false, since: 5, isNeeded: false } as const;
  const birds = digests.map((digest) => ({
    daemon: 'bird' as const,
    isUp: true,
    since: 5,
    isNeeded: true,
    ...(digest !== undefined && { loaded: { sequence: 7, digest, at: 5, isInProgress: false } }),
  }));
  const generation = { sequence: 7, digest: 'd7' };
  const status = statusWith({ birds: [...birds, unused], generation, desiredDigest });

  const metrics = metricsOf(() => status);

  expect(await samplesOf(metrics, 'birdkeeper_config_loaded')).toEqual([
    `birdkeeper_config_loaded ${value}`,
  ]);
});

test('problems are counted by kind, and a kind that is gone is not there', async () => {
  const problem = { key: '/k', reason: 'bad', action: 'left out', since: 5 };
  let status = statusWith({
    problems: [
      { ...problem, code: 'invalid-value' },
      { ...problem, code: 'invalid-value' },
      { ...problem, code: 'invalid-key' },
    ],
  });
  const metrics = metricsOf(() => status);

  expect(await samplesOf(metrics, 'birdkeeper_problems')).toEqual([
    'birdkeeper_problems{code="invalid-value"} 2',
    'birdkeeper_problems{code="invalid-key"} 1',
  ]);
  status = statusWith({ problems: [{ ...problem, code: 'invalid-key' }] });
  expect(await samplesOf(metrics, 'birdkeeper_problems')).toEqual([
    'birdkeeper_problems{code="invalid-key"} 1',
  ]);
});

test('each BIRD process is up or not', async () => {
  const birds = [
    { daemon: 'bird', isUp: true, since: 5, isNeeded: true },
    { daemon: 'bird6', isUp: false, since: 5, isNeeded: true },
  ] as const;
  const metrics = metricsOf(() => statusWith({ birds }));

  expect(await samplesOf(metrics, 'birdkeeper_bird_up')).toEqual([
    'birdkeeper_bird_up{daemon="bird"} 1',
    'birdkeeper_bird_up{daemon="bird6"} 0',
  ]);
});

test('a process that this host has no use for has no sample: an alert for those that are away must not see it', async () => {
  const birds = [{ daemon: 'bird6', isUp: false, since: 5, isNeeded: false }] as const;

  expect(
    await samplesOf(
      metricsOf(() => statusWith({ birds })),
      'birdkeeper_bird_up',
    ),
  ).toEqual([]);
});

test('what is out of the ordinary with a BIRD has a sample for each that is needed', async () => {
  const portTaken = { count: 4, sessions: ['Mesh_a'], holder: 'bird (process 7)' };
  const recovery = { waitingFor: 1, endsBy: 60_000 };
  const birds = [
    { daemon: 'bird', isUp: true, since: 5, isNeeded: true, portTaken },
    { daemon: 'bird6', isUp: true, since: 5, isNeeded: true, recovery },
  ] as const;
  const metrics = metricsOf(() => statusWith({ birds }));

  expect(await samplesOf(metrics, 'birdkeeper_sessions_without_port')).toEqual([
    'birdkeeper_sessions_without_port{daemon="bird"} 4',
    'birdkeeper_sessions_without_port{daemon="bird6"} 0',
  ]);
  expect(await samplesOf(metrics, 'birdkeeper_graceful_restart_recovery')).toEqual([
    'birdkeeper_graceful_restart_recovery{daemon="bird"} 0',
    'birdkeeper_graceful_restart_recovery{daemon="bird6"} 1',
  ]);
});

test('passes, reloads and changes are counted', async () => {
  const metrics = metricsOf(() => statusWith());

  metrics.countPass('applied');
  metrics.countPass('applied');
  metrics.countPass('failed');
  metrics.countReload('loaded');
  metrics.countChanges(3);
  metrics.countChanges(0);

  expect(await samplesOf(metrics, 'birdkeeper_passes_total')).toEqual([
    'birdkeeper_passes_total{outcome="applied"} 2',
    'birdkeeper_passes_total{outcome="failed"} 1',
  ]);
  expect(await samplesOf(metrics, 'birdkeeper_reloads_total')).toEqual([
    'birdkeeper_reloads_total{outcome="loaded"} 1',
  ]);
  expect(await samplesOf(metrics, 'birdkeeper_changes_total')).toEqual([
    'birdkeeper_changes_total 3',
  ]);
});

test('the time of a stage is counted in seconds', async () => {
  const metrics = metricsOf(() => statusWith());

  metrics.observeStages({ plan: 20, render: 2_000 });
  metrics.observeStages({ plan: 30 });

  const name = 'birdkeeper_pass_stage_seconds';
  expect(await samplesOf(metrics, `${name}_sum`)).toEqual([
    `${name}_sum{stage="plan"} 0.05`,
    `${name}_sum{stage="render"} 2`,
  ]);
  expect(await samplesOf(metrics, `${name}_bucket`)).toEqual(
    expect.arrayContaining([
      `${name}_bucket{le="0.025",stage="plan"} 1`,
      `${name}_bucket{le="0.05",stage="plan"} 2`,
    ]),
  );
});

test('two daemons in one process have metrics of their own', async () => {
  const [first, second] = [metricsOf(() => statusWith()), metricsOf(() => statusWith())];

  first.countChanges(3);

  expect(await samplesOf(second, 'birdkeeper_changes_total')).toEqual([
    'birdkeeper_changes_total 0',
  ]);
});
