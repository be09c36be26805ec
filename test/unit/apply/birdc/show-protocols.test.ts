import { describe, expect, test } from 'vitest';
import { ReplyReader } from '../../../../src/apply/birdc/reply-reader.js';
import {
  bgpSessionsOf,
  sessionsWithoutSocket,
} from '../../../../src/apply/birdc/show-protocols.js';
import { PROTOCOLS_2, PROTOCOLS_16 } from './recorded.js';

function sessionsIn(text: string) {
  const [reply] = new ReplyReader().read(`${text}\n`);
  return bgpSessionsOf(reply ?? expect.fail('no whole reply'));
}

describe('the sessions of a BIRD', () => {
  test('of 1.6 are told with neighbor, state, time and last error', () => {
    expect(sessionsIn(PROTOCOLS_16)).toEqual([
      {
        name: 'Mesh_172_17_42_30',
        neighbor: '172.17.42.30',
        remoteAsn: 65100,
        state: 'up',
        since: '04:45:17',
        info: 'Established',
        isEstablished: true,
      },
      {
        name: 'Global_172_17_42_99',
        neighbor: '172.17.42.99',
        remoteAsn: 65200,
        state: 'start',
        since: '04:45:15',
        info: 'Active Socket: No route to host',
        isEstablished: false,
      },
    ]);
  });

  test('of 2 are told for both families, in its order', () => {
    expect(sessionsIn(PROTOCOLS_2)).toEqual([
      {
        name: 'Mesh_172_17_42_30',
        neighbor: '172.17.42.30',
        remoteAsn: 65100,
        state: 'up',
        since: '04:45:38.785',
        info: 'Established',
        isEstablished: true,
      },
      {
        name: 'Mesh_2001_db8__30',
        neighbor: '2001:db8::30',
        remoteAsn: 4200000001,
        state: 'start',
        since: '2026-11-22',
        info: 'Connect',
        isEstablished: false,
      },
      {
        name: 'Node_172_17_42_98',
        neighbor: '172.17.42.98',
        remoteAsn: 65100,
        state: 'down',
        since: '04:45:37.007',
        info: '',
        isEstablished: false,
      },
    ]);
  });

  test('are none where BIRD has other protocols alone', () => {
    const [head = '', kernel = ''] = PROTOCOLS_2.split('\n');

    expect(sessionsIn(`${head}\n${kernel}\n1006-  Channel ipv4\n0000 `)).toEqual([]);
    expect(sessionsIn('8003 No protocols match')).toEqual([]);
  });
});

test.each([
  ['04:45:38.785', '04:45:38.785', 'Established'],
  ['2026-11-23', '2026-11-23', 'Established'],
  ['2026-11-23 04:45:38', '2026-11-23 04:45:38', 'Established'],
  ['2026-11-23 04:45:38.785', '2026-11-23 04:45:38.785', 'Established'],
])('since when may be written as %s', (written, since, info) => {
  const line = `1002-Mesh_a    BGP        ---        up     ${written}  ${info}   `;

  expect(sessionsIn(`${line}\n0000 `)).toMatchObject([{ since, info, isEstablished: true }]);
});

test.each([
  ['Idle          BGP Error: Bad peer AS', 'Idle BGP Error: Bad peer AS', false],
  ['Passive       ', 'Passive', false],
  ['OpenConfirm   ', 'OpenConfirm', false],
  ['Established   ', 'Established', true],
  ['', '', false],
])('a session with %j is told as "%s", established: %s', (written, info, isEstablished) => {
  const line = `1002-Mesh_a    BGP        ---        start  04:45:38.785  ${written}`;

  expect(sessionsIn(`${line}\n0000 `)).toMatchObject([{ info, isEstablished }]);
});

test('an address after another protocol is not taken for that of the session before it', () => {
  const text = [
    '1002-Mesh_a    BGP        ---        up     04:45:38.785  Established   ',
    '1006-    Neighbor AS:      65100',
    '1002-ospf1     OSPF       ---        up     04:45:38.785  Running',
    '1006-    Neighbor address: 192.0.2.9',
    '     Neighbor AS:      1',
    '0000 ',
  ].join('\n');

  const [session, ...others] = sessionsIn(text);

  expect(others).toEqual([]);
  expect(session).toMatchObject({ name: 'Mesh_a', remoteAsn: 65100 });
  expect(session).not.toHaveProperty('neighbor');
});

test('a session that lacks its socket is down for that; one that was started again since only remembers it', () => {
  const [reply] = new ReplyReader().read(
    [
      '2002-Name       Proto      Table      State  Since         Info',
      '1002-Mesh_1     BGP        ---        down   14:00:00.000  Error: No listening socket',
      ' Mesh_2     BGP        ---        start  14:00:00.000  Active        Error: No listening socket',
      ' Mesh_3     BGP        ---        up     14:00:00.000  Established   ',
      '0000 ',
      '',
    ].join('\n'),
  );

  expect(sessionsWithoutSocket(reply ?? { code: '', lines: [] }).map(({ name }) => name)).toEqual([
    'Mesh_1',
  ]);
});
