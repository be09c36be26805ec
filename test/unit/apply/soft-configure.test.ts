import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BirdInstance } from '../../../src/apply/bird-instance.js';
import { SoftConfigure } from '../../../src/apply/soft-configure.js';
import { systemClock } from '../../../src/base/clock.js';
import { folderForTest } from '../../support/folder.js';
import { type Replies, talkingBirdForTest } from './birdc/talking-bird.js';

const BIRD3 = '0001 BIRD 3.1.8 ready.';
const RECOVERING = `1000-BIRD 3.1.8
1011-Router ID is 172.17.42.31
1025-Graceful restart recovery in progress
   Waiting for 1 channels to recover
0013 Daemon is up and running`;
const UP = '1000-BIRD 3.1.8\n0013 Daemon is up and running';

/** `show protocols all` of a kernel protocol whose export is in this state. */
function kernelWith(exportState: string): string {
  return `2002-Name       Proto      Table      State  Since         Info
1002-kernel1    Kernel     master4    up     07:24:48.188${'  '}
1006-  Created:            07:24:48.188
   Channel ipv4
     State:          UP
     Export state:   ${exportState}
     Output filter:  calico_ipip
${' '}
0000${' '}`;
}

async function siteWith(replies: Replies, banner = BIRD3) {
  const bird = await talkingBirdForTest(replies, banner);
  const instance: BirdInstance = {
    daemon: 'bird',
    birdPath: 'bird',
    birdcPath: 'birdc',
    socketPath: bird.socketPath,
  };
  return { bird, instance, soft: new SoftConfigure(systemClock, new Map()) };
}

/** What a BIRD says in each state of its kernel protocol; the kernel protocols are asked for by `kernel*`. */
function repliesWith(status: string, exportState: string): Replies {
  return {
    'show status': status,
    'show protocols all "kernel*"': kernelWith(exportState),
    'show protocols all': kernelWith(exportState),
  };
}

describe('a configure leaves routes as they are', () => {
  test('while a BIRD 3 recovers from a restart', async () => {
    const { instance, soft } = await siteWith(repliesWith(RECOVERING, 'READY'));

    expect(await soft.isDue(instance, '1:2:3')).toBe(true);
  });

  test('while a channel of a BIRD 3 waits to export', async () => {
    const { instance, soft } = await siteWith(repliesWith(UP, 'DOWN'));

    expect(await soft.isDue(instance, '1:2:3')).toBe(true);
  });

  test('until what is owed for that was made good', async () => {
    const { bird, instance, soft } = await siteWith(repliesWith(UP, 'DOWN'));
    await soft.isDue(instance, '1:2:3');
    bird.say({ ...repliesWith(UP, 'READY'), 'reload filters all': '0000 ' });
    expect(await soft.isDue(instance, '1:2:3')).toBe(true);

    await soft.finish(instance, false);

    expect(bird.asked.at(-1)).toBe('reload filters all');
    expect(await soft.isDue(instance, '1:2:3')).toBe(false);
  });

  test('and what is owed is owed by that process alone', async () => {
    const { bird, instance, soft } = await siteWith(repliesWith(UP, 'DOWN'));
    await soft.isDue(instance, '1:2:3');
    bird.say(repliesWith(UP, 'READY'));

    expect(await soft.isDue(instance, '9:9:9')).toBe(false);
  });

  test('and a reload that BIRD does not take is an error, and stays owed', async () => {
    const { bird, instance, soft } = await siteWith(repliesWith(UP, 'DOWN'));
    await soft.isDue(instance, '1:2:3');
    bird.say(repliesWith(UP, 'READY'));

    await expect(soft.finish(instance, false)).rejects.toThrow(
      'BIRD answered "syntax error, unexpected CF_SYM_UNDEFINED" to "reload filters all"',
    );
    expect(await soft.isDue(instance, '1:2:3')).toBe(true);
  });

  test('with kernel protocols of other names, which are looked for among all', async () => {
    const { bird, instance, soft } = await siteWith({
      ...repliesWith(UP, 'DOWN'),
      'show protocols all "kernel*"': '8003 No protocols match',
    });

    expect(await soft.isDue(instance, '1:2:3')).toBe(true);
    expect(bird.asked.at(-1)).toBe('show protocols all');
  });
});

describe('a configure takes routes along', () => {
  test('once nothing waits', async () => {
    const { instance, soft } = await siteWith(repliesWith(UP, 'READY'));

    expect(await soft.isDue(instance, '1:2:3')).toBe(false);
  });

  test.each(['0001 BIRD 1.6.8 ready.', '0001 BIRD 2.0.12 ready.', '0001 BIRD 2.17.1 ready.'])(
    'with a BIRD that says "%s", which is asked for its version but once',
    async (banner) => {
      const { bird, instance, soft } = await siteWith(repliesWith(RECOVERING, 'DOWN'), banner);
      expect(await soft.isDue(instance, '1:2:3')).toBe(false);
      bird.hangUp();
      const before = bird.asked.length;

      expect(await soft.isDue(instance, '1:2:3')).toBe(false);
      expect(bird.asked.length).toBe(before);
    },
  );

  test('with no BIRD to be asked', async () => {
    const { instance, soft } = await siteWith({});

    expect(await soft.isDue(instance, undefined)).toBe(false);
    const socketPath = join(await folderForTest(), 'bird.ctl');
    expect(await soft.isDue({ ...instance, socketPath }, '1:2:3')).toBe(false);
  });
});
