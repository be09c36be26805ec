/** An output directory that comes back from a backup while BIRD goes on. */
import { rename, rm } from 'node:fs/promises';
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
