/** An output directory that comes back from a backup while BIRD goes on. */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { numberedFiles, numbersOnDisk } from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { runCommand } from '../support/command.js';

test('what a backup says of BIRD is not believed of a BIRD that went on', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const { outputDir } = site;
  await (await site.open([bird.instance])).apply(numberedFiles(1));
  await site.closeAll();
  await runCommand('cp', ['-a', outputDir, `${outputDir}.backup`]);
  await (await site.open([bird.instance])).apply(numberedFiles(2));
  await site.closeAll();
  await rm(outputDir, { recursive: true });
  await rename(`${outputDir}.backup`, outputDir);

  const applier = await site.open([bird.instance]);

  expect(applier.state().birds[0]).not.toHaveProperty('loaded');
  expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied' });
  expect(await bird.generation()).toBe(1);
  expect(await numbersOnDisk(outputDir)).toEqual([1, 1]);
});

test('a backup without links has its last generation again, and the files at their paths, before any datastore answers', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const { outputDir } = site;
  const first = await site.open([bird.instance]);
  await first.apply(numberedFiles(1));
  await first.apply(numberedFiles(2));
  await site.closeAll();
  await rm(join(outputDir, '.birdkeeper/current'));
  await rm(join(outputDir, 'bird.cfg'));
  await rm(join(outputDir, 'bird_aggr.cfg'));

  const applier = await site.open([bird.instance]);

  expect(applier.standing?.sequence).toBe(2);
  expect(await applier.applyStanding()).toMatchObject({ kind: 'applied' });
  expect(await numbersOnDisk(outputDir)).toEqual([2, 2]);
  await bird.stop();
  await bird.start();
  expect(await bird.generation()).toBe(2);
});
