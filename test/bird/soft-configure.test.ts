/**
 * BIRD 3.0 to 3.2 die of a `configure` that changes an export filter while the channel doesn't export yet: see
 * src/apply/soft-configure.ts. Here it doesn't for as long as the test runs: BIRD was started with -R, and waits for a
 * neighbor that nobody is.
 */
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LoadedFacts } from '../../src/apply/loaded-facts.js';
import { processAt } from '../../src/apply/process-at.js';
import { SoftConfigure } from '../../src/apply/soft-configure.js';
import { systemClock } from '../../src/base/clock.js';
import { numberedFiles } from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { folderForTest } from '../support/folder.js';
import { scriptedBird } from '../support/scripted-bird.js';
import type { TestBird, TestBirdKind } from '../support/start-bird.js';
import { waitFor } from '../support/wait-for.js';

const RELOADS = 20;

/** A kernel protocol, whose export filter is another one in each generation, and a neighbor to wait for. */
function filesWithFilter(n: number, kind: TestBirdKind, waitS = 240) {
  const more = `
graceful restart wait ${waitS};
protocol static blocks {
  ipv4 { import where net != 198.51.100.${n}/32; };
  route 198.51.100.1/32 blackhole;
  route 198.51.100.2/32 blackhole;
}
filter to_kernel { if (net = 192.0.2.${n}/32) then { reject; } accept; }
protocol kernel { scan time 1; persist; graceful restart; ipv4 { import none; export filter to_kernel; }; }
protocol bgp absent {
  local 127.0.0.1 as 65100;
  neighbor 127.0.0.2 as 65100;
  graceful restart;
  ipv4 { import where net != 192.0.2.${n}/32; export filter to_kernel; };
}
`;
  return numberedFiles(n, { kind, more });
}

async function startWaiting(
  site: ApplySite,
  kind: TestBirdKind,
  waitS?: number,
): Promise<TestBird> {
  const bird = site.bird(kind);
  for (const { name, parts } of filesWithFilter(0, kind, waitS).files) {
    await writeFile(join(site.outputDir, name), Buffer.concat(parts));
  }
  await bird.start();
  await waitFor(async () => (await bird.birdc('show', 'status')).includes('recovery in progress'), {
    what: 'BIRD to wait for its neighbor',
  });
  return bird;
}

const kinds = ['bird3', 'bird3-newest'] as const;

test.each(kinds)(
  'a reload that changes an export filter while nothing is exported yet costs no BIRD, on %s',
  async (kind) => {
    const site = await ApplySite.create();
    const bird = await startWaiting(site, kind);
    const applier = await site.open([bird.instance]);

    for (let n = 1; n <= RELOADS; n++) {
      const outcome = await applier.apply(filesWithFilter(n, kind));
      expect(outcome, JSON.stringify(outcome)).toMatchObject({ kind: 'applied' });
      expect(await bird.generation()).toBe(n);
    }

    expect(await bird.birdc('show', 'status')).toContain('recovery in progress');
  },
);

test.each(kinds)(
  'what BIRD has imported goes through its new filter all the same, on %s',
  async (kind) => {
    const site = await ApplySite.create();
    const bird = await startWaiting(site, kind);
    const applier = await site.open([bird.instance]);

    for (const [n, left] of [
      [1, '198.51.100.2/32'],
      [2, '198.51.100.1/32'],
    ] as const) {
      await applier.apply(filesWithFilter(n, kind));

      const imported = async (): Promise<boolean> =>
        (await bird.birdc('show', 'route')).match(/^\S+\/32/gm)?.join() === left;
      await waitFor(imported, { what: `${left} to be the only route` });
    }
  },
);

test.each(kinds)(
  'a reload of filters that is owed is made up for, also once BIRD exports, on %s',
  async (kind) => {
    const site = await ApplySite.create();
    const bird = await startWaiting(site, kind, 1);
    const process = 'the one';
    const soft = new SoftConfigure(systemClock, new Map());
    expect(await soft.isDue(bird.instance, process)).toBe(true);

    const exportsNow = (): Promise<boolean> =>
      new SoftConfigure(systemClock, new Map())
        .isDue(bird.instance, process)
        .then((isDue) => !isDue);
    await waitFor(exportsNow, { what: 'BIRD to export' });
    expect(await soft.isDue(bird.instance, 'another one')).toBe(false);
    expect(await soft.isDue(bird.instance, process)).toBe(true);

    await soft.finish(bird.instance, false);
    expect(await soft.isDue(bird.instance, process)).toBe(false);
  },
);

test.each(kinds)(
  'a birdkeeper that died between a soft reload and that of the filters is made up for by the next one, on %s',
  async (kind) => {
    const site = await ApplySite.create();
    const bird = await startWaiting(site, kind, 5);
    const before = await site.open([bird.instance]);
    await before.apply(filesWithFilter(1, kind));
    await site.closeAll();
    const facts = new LoadedFacts(join(site.outputDir, '.birdkeeper/state.json'));
    facts.read();
    const soft = new SoftConfigure(systemClock, facts.owed);
    expect(await soft.isDue(bird.instance, processAt(bird.instance.socketPath))).toBe(true);
    const elsewhere = await folderForTest();
    for (const { name, parts } of filesWithFilter(2, kind).files) {
      await writeFile(join(elsewhere, name), Buffer.concat(parts));
    }
    await bird.birdc('configure', 'soft', `"${join(elsewhere, 'bird.cfg')}"`);
    // Here it dies. The next one comes when BIRD exports: nothing else tells it that a plain configure is not enough.
    const exportsNow = (): Promise<boolean> =>
      new SoftConfigure(systemClock, new Map()).isDue(bird.instance, 'the one').then((due) => !due);
    await waitFor(exportsNow, { what: 'BIRD to export' });

    const next = await site.open([bird.instance]);
    await next.apply(filesWithFilter(2, kind));

    const imported = async (): Promise<boolean> =>
      (await bird.birdc('show', 'route')).match(/^\S+\/32/gm)?.join() === '198.51.100.1/32';
    await waitFor(imported, { what: 'the routes to be those of the new filter' });
  },
);

test('a soft reload that could be forgotten is not asked for, and made up for later', async () => {
  const site = await ApplySite.create();
  const bird = await startWaiting(site, 'bird3');
  const applier = await site.open([bird.instance]);
  // As a full disk does it: the file can't be replaced.
  const inTheWay = join(site.outputDir, '.birdkeeper/state.json.new');
  await mkdir(inTheWay);

  expect(await applier.apply(filesWithFilter(1, 'bird3'))).toMatchObject({
    kind: 'failed',
    step: 'configure',
    reason: expect.stringContaining('that bird is owed a reload'),
  });
  expect(await bird.generation()).toBe(0);

  await rmdir(inTheWay);
  expect(await applier.apply(filesWithFilter(1, 'bird3'))).toMatchObject({ kind: 'applied' });
  expect(await bird.generation()).toBe(1);
});

test("a BIRD that doesn't take the reload of filters is an error, not a success", async () => {
  const site = await ApplySite.create();
  const { instance } = await site.startBird('bird2');

  await expect(new SoftConfigure(systemClock, new Map()).finish(instance, false)).rejects.toThrow(
    /BIRD answered ".*syntax error.*" to "reload filters all"/,
  );
});

test('other lines are told to configure outright, and are not asked again', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird('bird2');
  const soft = new SoftConfigure(systemClock, new Map());

  expect(await soft.isDue(bird.instance, 'the one')).toBe(false);
  await bird.stop();
  expect(await soft.isDue(bird.instance, 'the one')).toBe(false);
});

test('filters that wait behind another reload are reloaded after it, not before', async () => {
  let isBusy = true;
  const bird = await scriptedBird({
    banner: () => 'BIRD 3.1.8 ready.',
    reply: (command) => {
      if (command === 'show status') {
        return isBusy ? '0013 Reconfiguration in progress' : '0013 Daemon is up and running';
      }
      return '0000 ';
    },
  });
  const instance = { daemon: 'bird', birdPath: '', birdcPath: '', ...bird } as const;

  const finished = new SoftConfigure(systemClock, new Map()).finish(instance, true);
  await waitFor(() => bird.commands.length > 1, { what: 'BIRD to be asked again' });
  expect(bird.commands).not.toContain('reload filters all');
  isBusy = false;
  await finished;

  expect(bird.commands.at(-1)).toBe('reload filters all');
});
