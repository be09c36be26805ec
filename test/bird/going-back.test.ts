/** What stands on disk while BIRD refuses what is asked for: whole, and what BIRD ran last. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bothOf, IDLE_CONFIG, numberedFiles, numbersOnDisk } from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { ManualClock } from '../support/manual-clock.js';
import { writeScript } from '../support/stand-in.js';
import { TestBird } from '../support/start-bird.js';

const BAD = { more: 'foo;\n' };

/** How a BIRD is reached whose parser, of another version, accepts everything. */
async function lenient(site: ApplySite, { instance }: TestBird) {
  return { ...instance, birdPath: await writeScript(site.dir, 'lenient-bird', 'exit 0') };
}

test.each(['check', 'configure'] as const)(
  'files that are removed by hand while BIRD refuses what is asked for (at its %s) are put back',
  async (step) => {
    const site = await ApplySite.create();
    const bird = await site.startBird();
    const instance = step === 'check' ? bird.instance : await lenient(site, bird);
    const applier = await site.open([instance]);
    await applier.apply(numberedFiles(1));
    const refused = numberedFiles(2, BAD);
    expect(await applier.apply(refused)).toMatchObject({ kind: 'refused', step });
    await rm(join(site.outputDir, 'bird.cfg'));

    expect(await applier.apply(refused)).toMatchObject({ kind: 'refused', step });

    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    expect(await bird.generation()).toBe(1);
  },
);

test('while one of two BIRDs is down, the way back is what the other ran last', async () => {
  const site = await ApplySite.create();
  const [ipv4, ipv6] = [await site.startBird('bird1'), await site.startBird('bird1-ipv6')];
  const applier = await site.open([await lenient(site, ipv4), ipv6.instance]);
  const halves = (n: number, more = '') =>
    bothOf(numberedFiles(n, { kind: 'bird1', more }), numberedFiles(n, { kind: 'bird1-ipv6' }));
  expect(await applier.apply(halves(1))).toMatchObject({ kind: 'applied' });
  await ipv6.stop();
  expect(await applier.apply(halves(2))).toMatchObject({ kind: 'failed', step: 'configure' });
  expect(await ipv4.generation()).toBe(2);

  expect(await applier.apply(halves(3, BAD.more))).toMatchObject({ kind: 'refused' });

  expect(await ipv4.generation()).toBe(2);
  expect(await numbersOnDisk(site.outputDir)).toEqual([2, 2]);
});

test('the way back is known after a start that BIRD was away at', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const instance = await lenient(site, bird);
  await (await site.open([instance])).apply(numberedFiles(1));
  await site.closeAll();
  await bird.stop();
  const applier = await site.open([instance]);
  await bird.start();

  expect(await applier.apply(numberedFiles(2, BAD))).toMatchObject({ kind: 'refused' });

  expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  // With what was refused it could not start.
  await bird.stop();
  await bird.start();
  expect(await bird.generation()).toBe(1);
});

test('the way back outlives a crash before BIRD has answered, however few generations are kept', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const instance = await lenient(site, bird);
  const kept = { keepGenerations: 1 };
  await (await site.open([instance], kept)).apply(numberedFiles(1));
  await site.closeAll();
  // As if it had died while it waited for the answer: files are new, and what BIRD makes of them isn't known.
  const dumb = { ...instance, birdcPath: await writeScript(site.dir, 'dumb-birdc', 'exit 1') };
  const outcome = await (await site.open([dumb], kept)).apply(numberedFiles(2, BAD));
  expect(outcome).toMatchObject({ kind: 'failed', step: 'configure', wrote: true });
  await site.closeAll();

  const next = await site.open([instance], kept);
  expect(await next.apply(numberedFiles(2, BAD))).toMatchObject({ kind: 'refused' });

  expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  expect(await bird.generation()).toBe(1);
});

test('an operator who mends a main file of his own, which includes ours, is heard', async () => {
  const site = await ApplySite.create();
  const clock = new ManualClock();
  const own = join(site.dir, 'own');
  await mkdir(own);
  const main = join(own, 'bird.cfg');
  const included = `include "${join(site.outputDir, 'bird.cfg')}";\n`;
  await writeFile(join(site.outputDir, 'bird.cfg'), IDLE_CONFIG);
  await writeFile(main, included);
  const bird = new TestBird('bird2', own, site.dir);
  onTestFinished(() => bird.dispose());
  await bird.start();
  const applier = await site.open([bird.instance], { clock });
  await applier.apply(numberedFiles(1));
  await writeFile(main, `${included}foo;\n`);
  const refused = { kind: 'refused', step: 'configure', refusals: [{ file: main, line: 2 }] };
  expect(await applier.apply(numberedFiles(2))).toMatchObject(refused);

  await writeFile(main, included);
  expect(await applier.apply(numberedFiles(2))).toMatchObject(refused);
  clock.advance(60_000);

  expect(await applier.apply(numberedFiles(2))).toMatchObject({ kind: 'applied' });
  expect(await bird.generation()).toBe(2);
});
