/** docker/container/log on a disk that is full, with the real svlogd: the files lose lines, and nothing waits for space. */
import { expect, test } from 'vitest';
import { withContainer } from '../support/container.js';
import { builtImage } from '../support/image.js';

const LINES = 30_000;

/** Writes so many lines onto a full disk, makes room, and goes on until the files take lines again. */
const FULL_AND_FREE = `
dd if=/dev/zero of=/var/log/fill bs=1k 2>/dev/null || true
{
  seq 1 ${LINES}
  # Only now is there room: nothing has waited for it.
  rm /var/log/fill
  until grep -q 'takes lines again' /tmp/out; do echo more; sleep 0.1; done
  echo the last line
} | /usr/lib/birdkeeper/container/log test >/tmp/out
`;

const image = builtImage();

test('on a full disk the files lose lines and say how many, and the output has all of them', async () => {
  const options = [
    ...['--entrypoint', 'sleep', '--mount', 'type=tmpfs,destination=/var/log,tmpfs-size=1m'],
  ];
  await withContainer({ image: image.name, options, args: ['infinity'] }, async (container) => {
    await container.exec('mkdir', '-p', '/run/birdkeeper/supervise');
    await container.exec('sh', '-c', FULL_AND_FREE);

    const output = (await container.exec('cat', '/tmp/out')).split('\n');
    expect(output.filter((line) => /^\d+$/.test(line))).toHaveLength(LINES);
    const files = await container.exec('sh', '-c', 'cat /var/log/birdkeeper/test/[@c]*[0-9t]');
    const missing = Array.from(files.matchAll(/^log: (\d+) lines are missing here$/gm), ([, n]) =>
      Number(n),
    ).reduce((sum, n) => sum + n, 0);
    const kept = files.split('\n').filter((line) => /^(\d+|more|the last line)$/.test(line));
    const written = output.filter((line) => /^(\d+|more|the last line)$/.test(line));
    expect(missing).toBeGreaterThan(0);
    expect(kept.length + missing).toBe(written.length);
    expect(files).toContain('the last line');
    expect(output.join('\n')).toContain('takes no more lines');
  });
});
