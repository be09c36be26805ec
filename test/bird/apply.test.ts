/** Applying file sets to real BIRDs: what becomes of the files, of BIRD, and of a set that BIRD refuses. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bothOf, numberedFiles, numbersOnDisk } from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { waitFor } from '../support/wait-for.js';

describe.each(['bird1', 'bird2'] as const)('%s', (kind) => {
  test('runs a file set that is applied', async () => {
    const site = await ApplySite.create();
    const bird = await site.startBird(kind);
    const applier = await site.open([bird.instance]);

    const outcome = await applier.apply(numberedFiles(1, { kind }));

    expect(outcome).toMatchObject({ kind: 'applied', sequence: 1, wrote: true });
    expect(await bird.generation()).toBe(1);
    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  });

  test('is not reloaded and nothing is written when nothing changed', async () => {
    const site = await ApplySite.create();
    const bird = await site.startBird(kind);
    const applier = await site.open([bird.instance]);
    await applier.apply(numberedFiles(1, { kind }));
    const { mtimeMs } = await stat(join(site.outputDir, '.birdkeeper/current'));

    const outcome = await applier.apply(numberedFiles(1, { kind }));

    expect(outcome).toEqual({ kind: 'unchanged', sequence: 1 });
    expect(await bird.reconfigurations()).toBe(1);
    expect((await stat(join(site.outputDir, '.birdkeeper/current'))).mtimeMs).toBe(mtimeMs);
  });

  test('keeps the good configuration when one is refused, and the refusal names the line', async () => {
    const site = await ApplySite.create();
    const bird = await site.startBird(kind);
    const applier = await site.open([bird.instance]);
    await applier.apply(numberedFiles(1, { kind }));

    const bad = numberedFiles(2, { kind, more: '# from /a/key\nfoo 1;\n' });
    const outcome = await applier.apply(bad);

    expect(outcome).toMatchObject({
      kind: 'refused',
      step: 'check',
      isRepeated: false,
      refusals: [{ daemon: 'bird', file: 'bird.cfg', line: 8, text: 'foo 1;' }],
    });
    expect(await bird.generation()).toBe(1);
    expect(await bird.reconfigurations()).toBe(1);
    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    expect(await numbersOnDisk(join(site.outputDir, '.birdkeeper/refused'))).toEqual([2, 2]);
    expect(await applier.apply(bad)).toMatchObject({ kind: 'refused', isRepeated: true });
  });

  test('is not given a set that turned out to be half of a change while it was checked', async () => {
    const site = await ApplySite.create();
    const bird = await site.startBird(kind);
    const applier = await site.open([bird.instance]);
    await applier.apply(numberedFiles(1, { kind }));

    const outcome = await applier.apply(numberedFiles(2, { kind }), { isOutdated: () => true });

    expect(outcome).toMatchObject({ kind: 'outdated' });
    expect(await bird.generation()).toBe(1);
    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    expect(await applier.apply(numberedFiles(3, { kind }))).toMatchObject({ kind: 'applied' });
    expect(await numbersOnDisk(site.outputDir)).toEqual([3, 3]);
  });

  test('that is away loads the configuration once it is there', async () => {
    const site = await ApplySite.create();
    const bird = site.bird(kind);
    const applier = await site.open([bird.instance]);

    const away = await applier.apply(numberedFiles(1, { kind }));

    expect(away).toMatchObject({ kind: 'failed', step: 'configure', wrote: true });
    expect(away).toHaveProperty('reason', expect.stringContaining('No such file or directory'));
    expect(away).toHaveProperty('advice', expect.stringContaining(bird.instance.socketPath));
    await bird.start();
    expect(await applier.apply(numberedFiles(1, { kind }))).toMatchObject({
      kind: 'applied',
      wrote: false,
    });
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'that ends by %s is noticed, and loads anew when it is back',
    async (signal) => {
      const site = await ApplySite.create();
      const bird = await site.startBird(kind);
      const applier = await site.open([bird.instance]);
      await applier.apply(numberedFiles(1, { kind }));
      const presences: boolean[] = [];
      applier.watch((disturbance) => {
        if (disturbance.kind === 'bird') {
          presences.push(disturbance.presence.isUp);
        }
      });

      await bird.stop(signal);
      await waitFor(() => presences.at(-1) === false, { what: 'BIRD to be missed' });

      expect(applier.state().generation).not.toHaveProperty('loadedAt');
      expect(await applier.apply(numberedFiles(1, { kind }))).toMatchObject({ kind: 'failed' });
      await bird.start();
      await waitFor(() => presences.at(-1) === true, { what: 'BIRD to be seen again' });
      expect(await applier.apply(numberedFiles(1, { kind }))).toMatchObject({
        kind: 'applied',
        wrote: false,
      });
      expect(await bird.generation()).toBe(1);
    },
  );

  test('is not reloaded by a restart of birdkeeper', async () => {
    const site = await ApplySite.create();
    const bird = await site.startBird(kind);
    await (await site.open([bird.instance])).apply(numberedFiles(1, { kind }));
    await site.closeAll();

    const applier = await site.open([bird.instance]);

    expect(applier.standing?.fileSet).toEqual(numberedFiles(1, { kind }));
    expect(await applier.apply(numberedFiles(1, { kind }))).toMatchObject({ kind: 'unchanged' });
    expect(await bird.reconfigurations()).toBe(1);
  });

  test('that was replaced while birdkeeper was stopped loads the configuration again', async () => {
    const site = await ApplySite.create();
    const bird = await site.startBird(kind);
    await (await site.open([bird.instance])).apply(numberedFiles(1, { kind }));
    await site.closeAll();
    await bird.stop();
    await bird.start();

    const applier = await site.open([bird.instance]);

    expect(await applier.apply(numberedFiles(1, { kind }))).toMatchObject({
      kind: 'applied',
      wrote: false,
    });
  });
});

test('a BIRD that hangs for longer than a reload may take fails it, and loads the newest once it goes on', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const applier = await site.open([bird.instance], { configureTimeoutMs: 500 });
  const applied = (n: number) => async () =>
    (await applier.apply(numberedFiles(n))).kind === 'applied';
  await waitFor(applied(1), { what: 'the first configuration to be loaded' });

  bird.signal('SIGSTOP');
  expect(await applier.apply(numberedFiles(2))).toMatchObject({
    kind: 'failed',
    step: 'configure',
    reason: expect.stringContaining('within 500 ms'),
  });
  bird.signal('SIGCONT');

  await waitFor(applied(3), { what: 'the newest configuration to be loaded' });
  expect(await bird.generation()).toBe(3);
});

test('two BIRD processes run the two halves of one generation', async () => {
  const site = await ApplySite.create();
  const [ipv4, ipv6] = [await site.startBird('bird1'), await site.startBird('bird1-ipv6')];
  const applier = await site.open([ipv4.instance, ipv6.instance]);
  const halves = (n: number) =>
    bothOf(numberedFiles(n, { kind: 'bird1' }), numberedFiles(n, { kind: 'bird1-ipv6' }));
  await applier.apply(halves(1));

  const outcome = await applier.apply(halves(2));

  expect(outcome).toMatchObject({ kind: 'applied', sequence: 2 });
  expect([await ipv4.generation(), await ipv6.generation()]).toEqual([2, 2]);
});

test('a refusal by one of two BIRD processes keeps both at the good generation', async () => {
  const site = await ApplySite.create();
  const [ipv4, ipv6] = [await site.startBird('bird1'), await site.startBird('bird1-ipv6')];
  const applier = await site.open([ipv4.instance, ipv6.instance]);
  const halves = (n: number, more: string) =>
    bothOf(numberedFiles(n, { kind: 'bird1' }), numberedFiles(n, { kind: 'bird1-ipv6', more }));
  await applier.apply(halves(1, ''));

  const outcome = await applier.apply(halves(2, 'foo;\n'));

  expect(outcome).toMatchObject({
    kind: 'refused',
    refusals: [{ daemon: 'bird6', file: 'bird6.cfg', line: 7 }],
  });
  expect([await ipv4.generation(), await ipv6.generation()]).toEqual([1, 1]);
  expect(await numbersOnDisk(site.outputDir, ['bird.cfg', 'bird6.cfg'])).toEqual([1, 1]);
});

test('the IPv6 process may be missing where it has nothing to do', async () => {
  const site = await ApplySite.create();
  const [ipv4, ipv6] = [await site.startBird('bird1'), site.bird('bird1-ipv6')];
  const applier = await site.open([ipv4.instance, ipv6.instance]);
  const { mainFiles, ...files } = bothOf(
    numberedFiles(1, { kind: 'bird1' }),
    numberedFiles(1, { kind: 'bird1-ipv6' }),
  );
  const isOptional = (name: string): boolean => name === 'bird6.cfg';
  const fileSet = {
    ...files,
    mainFiles: mainFiles.map((main) => ({ ...main, isOptional: isOptional(main.name) })),
  };

  expect(await applier.apply(fileSet)).toMatchObject({ kind: 'applied' });
  expect(await applier.apply(fileSet)).toMatchObject({ kind: 'unchanged' });
});

test('files of one family go when the dialect changes', async () => {
  const site = await ApplySite.create();
  const kinds = ['bird1', 'bird1-ipv6'] as const;
  const [ipv4, ipv6] = [await site.startBird(kinds[0]), await site.startBird(kinds[1])];
  const applier = await site.open([ipv4.instance, ipv6.instance]);
  await applier.apply(
    bothOf(numberedFiles(1, { kind: kinds[0] }), numberedFiles(1, { kind: kinds[1] })),
  );
  await site.closeAll();
  await Promise.all([ipv4.stop(), ipv6.stop()]);

  await (await site.open([site.bird('bird2').instance])).apply(numberedFiles(2));

  const names = (await readdir(site.outputDir)).filter((name) => name.endsWith('.cfg'));
  expect(names.sort()).toEqual(['bird.cfg', 'bird_aggr.cfg']);
});

test('files can be read by the group of the output directory, and by nobody else', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  await (await site.open([bird.instance])).apply(numberedFiles(1));

  const folder = join(site.outputDir, '.birdkeeper/generations/1');
  const { mode, gid } = await stat(join(site.outputDir, 'bird.cfg'));
  expect(mode & 0o777).toBe(0o640);
  expect(gid).toBe((await stat(site.outputDir)).gid);
  expect((await stat(folder)).mode & 0o777).toBe(0o750);
});

test('a file that did not change is not written again, and its link keeps its time', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const applier = await site.open([bird.instance]);
  const [first, second] = [numberedFiles(1), numberedFiles(1, { more: '# changed\n' })];
  const included = join(site.outputDir, 'bird_aggr.cfg');
  await applier.apply(first);
  const before = await stat(included);

  await applier.apply(second);

  expect(await readFile(join(site.outputDir, 'bird.cfg'), 'utf8')).toContain('# changed');
  expect((await stat(included)).ino).toBe(before.ino);
});

test('only the last generations stay on disk', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const applier = await site.open([bird.instance], { keepGenerations: 2 });
  for (const n of [1, 2, 3, 4]) {
    await applier.apply(numberedFiles(n));
  }

  expect(await readdir(join(site.outputDir, '.birdkeeper/generations'))).toEqual(['3', '4']);
  expect(await readlink(join(site.outputDir, '.birdkeeper/current'))).toBe('generations/4');
});

test.each(['bird1', 'bird2'] as const)(
  '%s that is still ending a protocol has loaded the configuration, and is followed until it is done',
  async (kind) => {
    const site = await ApplySite.create();
    const bird = await site.startBird(kind);
    const applier = await site.open([bird.instance]);
    const loaded = () => applier.state().birds[0]?.loaded;
    await applier.apply(numberedFiles(1, { kind, more: manyRoutes(kind) }));

    const outcome = await applier.apply(numberedFiles(2, { kind }));

    expect(outcome).toMatchObject({ kind: 'applied', isInProgress: true });
    expect(loaded()).toMatchObject({ sequence: 2, isInProgress: true });
    // The next pass doesn't wait for its end.
    expect(await applier.apply(numberedFiles(2, { kind }))).toMatchObject({ kind: 'unchanged' });
    await waitFor(() => loaded()?.isInProgress === false, { what: 'BIRD to be done' });
    expect(loaded()).toMatchObject({ sequence: 2 });
    expect(await bird.birdc('show', 'status')).toContain('Daemon is up and running');
  },
);

test('a BIRD that was at it when birdkeeper was stopped is followed after the next start', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const first = await site.open([bird.instance]);
  await first.apply(numberedFiles(1, { more: manyRoutes('bird2') }));
  expect(await first.apply(numberedFiles(2))).toMatchObject({ isInProgress: true });
  await site.closeAll();

  const applier = await site.open([bird.instance]);

  await waitFor(() => applier.state().birds[0]?.loaded?.isInProgress === false, {
    what: 'BIRD to be done',
  });
});

/** So many that BIRD takes its time to remove them: a tenth of a second here. */
function manyRoutes(kind: 'bird1' | 'bird2'): string {
  const routes = Array.from(
    { length: 100_000 },
    (_, i) => `route 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32 blackhole;\n`,
  );
  return `protocol static many {\n${kind === 'bird2' ? 'ipv4;\n' : ''}${routes.join('')}}\n`;
}
