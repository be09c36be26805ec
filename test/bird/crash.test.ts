/** kill -9 at random moments, and at each call that changes a file: what stands is whole, and what is loaded is known. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Applier } from '../../src/apply/applier.js';
import type { BirdInstance } from '../../src/apply/bird-instance.js';
import {
  filesWithInclude,
  numberedFiles,
  numbersOnDisk,
  wholeGeneration,
} from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { BackgroundCommand, CommandFailedError, runCommand } from '../support/command.js';
import { writeScript } from '../support/stand-in.js';
import { projectRoot } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const KILLS = 15;
const LONGEST_LIFE_MS = 150;

/** Starts the loop, kills it when it has applied something and a random time has passed; gives the last number tried. */
async function applyUntilKilled(
  site: ApplySite,
  program: string,
  instance: BirdInstance,
  first: number,
): Promise<number> {
  const { loop, log } = startLoop(site, program, instance, first);
  await waitFor(async () => (await readFile(log, 'utf8')).includes('\n') || !loop.isRunning, {
    what: 'the first outcome',
  });
  const deadline = performance.now() + Math.random() * LONGEST_LIFE_MS;
  await waitFor(() => performance.now() > deadline, { what: 'the moment of death', everyMs: 1 });
  expect(loop.isRunning, await readFile(log, 'utf8')).toBe(true);
  await loop.stop('SIGKILL');
  return first + (await readFile(log, 'utf8')).split('\n').length;
}

function standingSet(applier: Applier) {
  if (applier.standing === undefined) {
    throw new Error('nothing stands');
  }
  return applier.standing.fileSet;
}

test('whenever birdkeeper is killed, one whole good generation stands, and BIRD gets to run it', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const program = await bundled(site, 'apply-loop');
  let next = 1;

  for (let kill = 1; kill <= KILLS; kill++) {
    next = await applyUntilKilled(site, program, bird.instance, next);

    const numbers = await numbersOnDisk(site.outputDir);
    expect(new Set(numbers).size, `numbers ${numbers} after kill ${kill}`).toBe(1);
    await runCommand(bird.instance.birdPath, ['-p', '-c', join(site.outputDir, 'bird.cfg')]);

    const applier = await site.open([bird.instance]);
    const outcome = await applier.apply(standingSet(applier));
    expect(['unchanged', 'applied']).toContain(outcome.kind);
    expect(outcome).not.toMatchObject({ wrote: true });
    expect(await bird.generation(), `after kill ${kill}: ${outcome.kind}`).toBe(numbers[0]);
    await site.closeAll();
  }
});

test('a kill between writing and loading is made up for at the next start', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  await (await site.open([bird.instance])).apply(numberedFiles(1));
  await site.closeAll();
  // The client of this run never gets to BIRD, and is killed with the daemon.
  const stuck = await writeScript(site.dir, 'stuck-birdc', hang(site));
  await applyUntilStuck(site, { ...bird.instance, birdcPath: stuck });
  expect(await numbersOnDisk(site.outputDir)).toEqual([2, 2]);
  expect(await bird.generation()).toBe(1);

  const applier = await site.open([bird.instance]);

  expect(await applier.apply(standingSet(applier))).toMatchObject({
    kind: 'applied',
    wrote: false,
  });
  expect(await bird.generation()).toBe(2);
});

/** Going back to what BIRD ran before must load it, although the last known fact is about the same text. */
test('a kill between writing and loading does not hide a way back', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  await (await site.open([bird.instance])).apply(numberedFiles(1));
  await site.closeAll();
  const late = await writeScript(
    site.dir,
    'late-birdc',
    `${bird.instance.birdcPath} "$@" >/dev/null; ${hang(site)}`,
  );
  await applyUntilStuck(site, { ...bird.instance, birdcPath: late });
  await waitFor(async () => (await bird.generation()) === 2, { what: 'BIRD to run generation 2' });

  const applier = await site.open([bird.instance]);

  expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied', wrote: true });
  expect(await bird.generation()).toBe(1);
});

/** Starts the loop at 2, and kills it once the files are written and its client hangs. */
async function applyUntilStuck(site: ApplySite, instance: BirdInstance): Promise<void> {
  const { loop } = startLoop(site, await bundled(site, 'apply-loop'), instance, 2);
  const client = await waitFor(() => readFile(hangingFile(site), 'utf8'), {
    what: 'the client to be called',
  });
  onTestFinished(() => void process.kill(Number(client), 'SIGKILL'));
  await loop.stop('SIGKILL');
}

/** What a stand-in client does last: it says who it is, and hangs until the test ends it. */
function hang(site: ApplySite): string {
  const file = hangingFile(site);
  return `echo $$ >${file}.new; mv ${file}.new ${file}; exec sleep infinity`;
}

function hangingFile({ dir }: ApplySite): string {
  return join(dir, 'hanging');
}

/** Both sides of what makes files current, or brings them to the disk; of the rest one, since nothing is between two of them. */
const BOTH_SIDES = ['fsync', 'renameSync'];

test('killed at any call that changes a file, birdkeeper leaves one whole generation, and the next start loads the newest', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const program = await bundled(site, 'apply-once');
  const applyOnce = (generation: number, killAt: string) =>
    applyOnceUntil(program, [site.outputDir, String(generation)], bird.instance, killAt);
  // From an odd generation to an even one a link comes, and from an even to an odd one it goes.
  const calls = [await applyOnce(1, ''), await applyOnce(2, ''), await applyOnce(3, '')].slice(1);
  const [coming = [], going = []] = calls.map((made) => made ?? []);
  let newest = 3;
  let kills = 0;

  for (const killAt of new Set([...pointsOf(coming), ...pointsOf(going)])) {
    newest++;
    kills += (await applyOnce(newest, killAt)) === undefined ? 1 : 0;

    const what = `killed ${killAt}`;
    expect([newest - 1, newest], what).toContain(await wholeGeneration(site.outputDir));
    const applier = await site.open([bird.instance]);
    expect(['applied', 'unchanged'], what).toContain(
      (await applier.apply(filesWithInclude(newest))).kind,
    );
    expect(await wholeGeneration(site.outputDir), what).toBe(newest);
    expect(await bird.generation(), what).toBe(newest);
    await site.closeAll();
  }

  expect(kills).toBeGreaterThan(Math.min(coming.length, going.length));
});

/** Where to kill, as `KILL_AT` takes it. */
function pointsOf(calls: readonly string[]): readonly string[] {
  return calls.flatMap((name, i) =>
    BOTH_SIDES.includes(name) ? [`before:${i + 1}`, `after:${i + 1}`] : [`after:${i + 1}`],
  );
}

/** One file of a program of `test/support` and all that it needs: it starts in half the time. */
async function bundled({ dir }: ApplySite, name: 'apply-loop' | 'apply-once'): Promise<string> {
  const outfile = join(dir, `${name}.mjs`);
  await runCommand(join(projectRoot, 'node_modules/.bin/esbuild'), [
    join(projectRoot, `test/support/${name}.ts`),
    '--bundle',
    '--platform=node',
    '--format=esm',
    `--outfile=${outfile}`,
    "--banner:js=import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    '--log-level=warning',
  ]);
  return outfile;
}

/** Runs it; gives the calls that it has made, or `undefined` when it was killed. */
async function applyOnceUntil(
  program: string,
  args: readonly string[],
  { birdPath, birdcPath, socketPath }: BirdInstance,
  killAt: string,
): Promise<readonly string[] | undefined> {
  const command = [process.execPath, program, birdPath, birdcPath, socketPath, ...args];
  try {
    return (await runCommand('env', [`KILL_AT=${killAt}`, ...command])).trim().split('\n');
  } catch (error) {
    if (error instanceof CommandFailedError && error.exitCode === undefined) {
      return undefined;
    }
    throw error;
  }
}

function startLoop(
  { dir, outputDir }: ApplySite,
  program: string,
  { birdPath, birdcPath, socketPath }: BirdInstance,
  first: number,
) {
  const args = [program, birdPath, birdcPath, socketPath, outputDir, String(first)];
  const log = join(dir, `loop-${first}.log`);
  const loop = new BackgroundCommand(process.execPath, args, log);
  onTestFinished(() => loop.stop('SIGKILL'));
  return { loop, log };
}
