import { describe, expect, test } from 'vitest';
import { ReplyReader } from '../../../../src/apply/birdc/reply-reader.js';
import { recoveryText, statusOf } from '../../../../src/apply/birdc/show-status.js';

/** As recorded from BIRDs that were started with -R beside a neighbor that nobody is. */
const RECOVERING = {
  '1.6.8': `1000-BIRD 1.6.8
1011-Router ID is 10.9.0.1
 Current server time is 2026-11-24 13:39:26
 Last reboot on 2026-11-24 13:39:24
 Last reconfiguration on 2026-11-24 13:39:24
0024-Graceful restart recovery in progress
   Waiting for 1 protocols to recover
   Wait timer is 4/6
0013 Daemon is up and running
`,
  '2.20.0 and 3.4.0': `1000-BIRD 3.4.0
1011-Router ID is 10.9.0.1
 Hostname is vm
 Current server time is 2026-11-24 13:39:26.756
 Last reboot on 2026-11-24 13:39:24.975
 Last reconfiguration on 2026-11-24 13:39:24.975
0024-Graceful restart recovery in progress
   Waiting for 12 channels to recover
   Wait timer is 4.218/6
0013 Daemon is up and running
`,
};

function read(text: string) {
  const [reply = expect.fail()] = new ReplyReader().read(text);
  return statusOf(reply);
}

describe('what BIRD says of itself', () => {
  test.each([
    ['1.6.8', { waitingFor: 1, secondsLeft: 4 }],
    ['2.20.0 and 3.4.0', { waitingFor: 12, secondsLeft: 5 }],
  ] as const)('has graceful restart recovery, in the words of %s', (version, recovery) => {
    expect(read(RECOVERING[version])).toMatchObject({
      condition: 'Daemon is up and running',
      routerId: '10.9.0.1',
      recovery,
    });
  });

  test('has none when none runs', () => {
    expect(read('1000-BIRD 2.0.12\n0013 Daemon is up and running\n')).toEqual({
      condition: 'Daemon is up and running',
    });
  });
});

test.each([
  [1, 'until 1 neighbor more have answered, 58 s at the longest'],
  [3, 'until 3 neighbors more have answered, 58 s at the longest'],
])('recovery that waits for %i says what that means', (waitingFor, words) => {
  expect(recoveryText({ waitingFor, secondsLeft: 58 })).toBe(
    `graceful restart recovery is running: new routes are held back ${words}`,
  );
});
