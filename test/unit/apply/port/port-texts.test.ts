import { expect, test } from 'vitest';
import { holdersText, portText } from '../../../../src/apply/port/port-texts.js';

const socket = { address: '0.0.0.0', uid: 0, inode: '1' };

test('who has the port is said by process where that can be seen, else by user', () => {
  expect(holdersText([{ ...socket, process: { pid: '812', name: 'bird' } }])).toBe(
    'bird (process 812) holds port 179 on 0.0.0.0',
  );
  expect(holdersText([socket, { ...socket, address: '::', uid: 179 }])).toBe(
    'a process of user id 0, which cannot be seen from here, holds port 179 on 0.0.0.0; a process of user id 179, which cannot be seen from here, holds port 179 on ::',
  );
  expect(holdersText([])).toBe('nobody is seen on port 179 from here');
});

test.each([
  [1, '1 session is'],
  [2, '2 sessions are'],
])('what it costs is said: %i', (count, words) => {
  expect(portText({ daemon: 'bird6', count, holder: 'H' })).toBe(
    `bird6 could not open its listening socket, and ${words} down for that: H`,
  );
});
