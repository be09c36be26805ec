import { expect, test } from 'vitest';
import { ReplyReader } from '../../../src/apply/birdc/reply-reader.js';
import { hasWaitingExport } from '../../../src/apply/soft-configure.js';

/** A channel as BIRD 3.1.8 and 3.4.0 tell of it. */
function replyWith(state: string, exportState: string, filter: string) {
  const text = `0001 BIRD 3.1.8 ready.
2002-Name       Proto      Table      State  Since         Info
1002-kernel1    Kernel     master4    up     07:24:48.188  ${''}
1006-  Created:            07:24:48.188
   Channel ipv4
     State:          ${state}
     Import state:   UP
     Export state:   ${exportState}
     Table:          master4
     Preference:     10
     Input filter:   ACCEPT
     Output filter:  ${filter}
     GR recovery:    waiting
0000 ${''}
`;
  const [, reply] = new ReplyReader().read(text);
  return reply ?? expect.fail('no reply');
}

test.each([
  ['UP', 'DOWN', 'calico_ipip', true],
  ['UP', 'DOWN', '(unnamed)', true],
  ['UP', 'READY', 'calico_ipip', false],
  ['UP', 'FEEDING', 'calico_ipip', false],
  ['DOWN', 'DOWN', 'calico_ipip', false],
  // A protocol that takes no routes never exports.
  ['UP', 'DOWN', 'REJECT', false],
])('a channel that is %s, its export %s, its filter %s: %s', (state, exportState, filter, is) => {
  expect(hasWaitingExport(replyWith(state, exportState, filter))).toBe(is);
});
