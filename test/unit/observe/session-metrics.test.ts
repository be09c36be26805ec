import { expect, test } from 'vitest';
import { metricsOf } from './metrics-fixture.js';
import { statusWith } from './status-fixture.js';

const PLANNED = {
  ipv4: [
    { protocolName: 'Mesh_192_0_2_2', remoteAddress: '192.0.2.2' },
    { protocolName: 'Mesh_192_0_2_3', remoteAddress: '192.0.2.3' },
  ],
  ipv6: [{ protocolName: 'Node_2001_db8__1', remoteAddress: '2001:db8::1' }],
};

const SESSIONS = [
  { name: 'Mesh_192_0_2_2', state: 'Established', isEstablished: true },
  { name: 'Mesh_192_0_2_3', state: 'Active', isEstablished: false },
  { name: 'by_hand', state: 'Established', isEstablished: true },
];

test('each session has its name, peer, family and state', async () => {
  const metrics = metricsOf(() => statusWith(), {
    sessions: async () => SESSIONS,
    planned: () => PLANNED,
  });

  const text = await metrics.text();

  expect(text.match(/^birdkeeper_(session_up|established_sessions).*$/gm)).toEqual([
    'birdkeeper_session_up{name="Mesh_192_0_2_2",peer="192.0.2.2",ip_version="4",state="Established"} 1',
    'birdkeeper_session_up{name="Mesh_192_0_2_3",peer="192.0.2.3",ip_version="4",state="Active"} 0',
    'birdkeeper_session_up{name="by_hand",peer="",ip_version="",state="Established"} 1',
    'birdkeeper_established_sessions{family="ipv4"} 1',
    'birdkeeper_established_sessions{family="ipv6"} 0',
  ]);
});

test('a session that is gone, or in another state, leaves nothing behind', async () => {
  let sessions = SESSIONS;
  const metrics = metricsOf(() => statusWith(), { sessions: async () => sessions });
  await metrics.text();

  sessions = [{ name: 'Mesh_192_0_2_2', state: 'Idle', isEstablished: false }];

  expect((await metrics.text()).match(/^birdkeeper_session_up.*$/gm)).toEqual([
    'birdkeeper_session_up{name="Mesh_192_0_2_2",peer="",ip_version="",state="Idle"} 0',
  ]);
});

test("the process is told by prom-client's standard names, once for several daemons", async () => {
  const [first, second] = [metricsOf(() => statusWith()), metricsOf(() => statusWith())];

  await first.text();
  const text = await second.text();

  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_open_fds',
    'nodejs_eventloop_lag_seconds',
    'nodejs_gc_duration_seconds',
  ]) {
    expect(text.match(new RegExp(`^# TYPE ${name} `, 'gm'))).toHaveLength(1);
  }
});
