import { describe, expect, test } from 'vitest';
import { listeningSockets, unixServerInode } from '../../../../src/apply/port/listening-sockets.js';

/** As the kernel prints them on a machine that stores the lowest byte first. */
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:00B3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77001 1 0000000000000000 100 0 0 10 0
   1: 012A11AC:00B3 022A11AC:C350 01 00000000:00000000 00:00000000 00000000     0        0 77002 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:24FE 00000000:0000 0A 00000000:00000000 00:00000000 00000000   106        0 77003 1 0000000000000000 100 0 0 10 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 000000FD01000017000000000100000 0:00B3
   1: 00000000000000000000000000000000:00B3 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000   179        0 77004 1 0000000000000000 100 0 0 10 0
   2: 170000FD000000000000000001000000:00B3 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000   179        0 77005 1 0000000000000000 100 0 0 10 0
`;
const UNIX = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000003 00000000 00000000 0001 03 88001 /run/bird/bird.ctl
0000000000000000: 00000002 00000000 00010000 0001 01 88002 /run/bird/bird.ctl
0000000000000000: 00000002 00000000 00010000 0001 01 88003 /run/a folder/bird.ctl
0000000000000000: 00000003 00000000 00000000 0001 03 88004
`;

describe('the sockets that listen on a port', () => {
  test('are those of that port, and no connection', () => {
    expect(listeningSockets(TCP, 179)).toEqual([{ address: '0.0.0.0', uid: 0, inode: '77001' }]);
    expect(listeningSockets(TCP, 9470)).toEqual([
      { address: '127.0.0.1', uid: 106, inode: '77003' },
    ]);
  });

  test('are found in the table of IPv6, and a broken line costs only itself', () => {
    expect(listeningSockets(TCP6, 179)).toEqual([
      { address: '::', uid: 179, inode: '77004' },
      { address: 'fd00:17::1', uid: 179, inode: '77005' },
    ]);
  });

  test('are none in an empty table', () => {
    expect(listeningSockets('', 179)).toEqual([]);
  });
});

describe('the socket of a server at a path', () => {
  test.each([
    ['/run/bird/bird.ctl', '88002'],
    ['/run/a folder/bird.ctl', '88003'],
    ['/run/bird/bird6.ctl', undefined],
  ])('%s is %s', (path, inode) => {
    expect(unixServerInode(UNIX, path)).toBe(inode);
  });
});
