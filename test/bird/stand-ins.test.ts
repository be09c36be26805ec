/** Faults that the real programs can't be made to show: scripts stand in for `bird` and `birdc`. */
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ApplierOptions } from '../../src/apply/applier.js';
import type { BirdInstance } from '../../src/apply/bird-instance.js';
import { numberedFiles, numbersOnDisk } from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { ManualClock } from '../support/manual-clock.js';
import { writeScript } from '../support/stand-in.js';
import { tools } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

interface StandIns {
  readonly bird?: string;
  readonly birdc?: string;
}

/** A BIRD without a process and a socket: scripts answer for it, and birdc's calls are counted in a file. */
async function standInBird(site: ApplySite, { bird, birdc }: StandIns): Promise<BirdInstance> {
  const calls = join(site.dir, 'calls');
  await appendFile(calls, '');
  return {
    daemon: 'bird',
    birdPath: bird === undefined ? tools.bird2.bird : await writeScript(site.dir, 'bird', bird),
    birdcPath: await writeScript(site.dir, 'birdc', `echo "$@" >>${calls}\n${birdc ?? ''}`),
    socketPath: join(site.dir, 'no-such.ctl'),
  };
}

async function callsOf(site: ApplySite): Promise<number> {
  return (await readFile(join(site.dir, 'calls'), 'utf8')).split('\n').length - 1;
}

test('a client that fails once is asked again, and nothing is written again', async () => {
  const site = await ApplySite.create();
  const failing = join(site.dir, 'failing');
  await writeFile(failing, '');
  const applier = await site.open([await standInBird(site, { birdc: `! test -e ${failing}` })]);

  expect(await applier.apply(numberedFiles(1))).toMatchObject({
    kind: 'failed',
    step: 'configure',
    wrote: true,
    reason: 'bird did not load generation 1: it ended with status 1 and said nothing',
  });
  await writeScript(site.dir, 'birdc', 'exit 0');
  expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied', wrote: false });
});

test('a check that fails without a word is no refusal, and leaves all as it was', async () => {
  const site = await ApplySite.create();
  const applier = await site.open([await standInBird(site, { bird: 'exit 1' })]);

  const outcome = await applier.apply(numberedFiles(1));

  expect(outcome).toMatchObject({ kind: 'failed', step: 'check', wrote: false });
  expect(outcome).toHaveProperty('reason', expect.stringContaining('said nothing'));
  await expect(numbersOnDisk(site.outputDir)).rejects.toThrow('ENOENT');
  expect(await callsOf(site)).toBe(0);
});

test('without a control socket a restart of birdkeeper reloads nothing', async () => {
  const site = await ApplySite.create();
  const bird = await standInBird(site, {});
  await (await site.open([bird])).apply(numberedFiles(1));
  await site.closeAll();

  const applier = await site.open([bird]);

  expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'unchanged' });
  expect(await callsOf(site)).toBe(1);
});

test('a client that prints what nobody knows has failed, and its words are passed on', async () => {
  const site = await ApplySite.create();
  const applier = await site.open([await standInBird(site, { birdc: 'echo all fine' })]);

  expect(await applier.apply(numberedFiles(1))).toHaveProperty(
    'reason',
    expect.stringContaining('all fine'),
  );
});

test('programs that hang are killed, with their children', async () => {
  const site = await ApplySite.create();
  const file = join(site.dir, 'child');
  const hang = `sleep infinity & echo $! >${file}.new; mv ${file}.new ${file}; wait`;
  const clock = new ManualClock();
  const bird = await standInBird(site, { birdc: hang });
  const applier = await site.open([bird], { configureTimeoutMs: 300, clock });

  const attempt = applier.apply(numberedFiles(1));
  const child = Number(await waitFor(() => readFile(file, 'utf8'), { what: 'the child' }));
  clock.advance(300);
  const outcome = await attempt;

  expect(outcome).toMatchObject({ kind: 'failed', step: 'configure' });
  expect(outcome).toHaveProperty('reason', expect.stringContaining('within 300 ms'));
  await waitFor(() => !isRunning(child), { what: 'the child to be gone' });
  await writeScript(site.dir, 'birdc', 'echo Reconfigured');
  expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied' });
});

test('a check that hangs is killed, and says nothing about the configuration', async () => {
  const site = await ApplySite.create();
  const applier = await site.open([await standInBird(site, { bird: 'exec sleep infinity' })], {
    checkTimeoutMs: 300,
  });

  expect(await applier.apply(numberedFiles(1))).toMatchObject({
    kind: 'failed',
    step: 'check',
    wrote: false,
  });
});

test('a stop waits for the reload in hand', async () => {
  const site = await ApplySite.create();
  const [started, goOn, done] = ['started', 'go-on', 'done'].map((name) => join(site.dir, name));
  const slow = `touch ${started}; while ! test -e ${goOn}; do sleep 0.02; done; touch ${done}`;
  const applier = await site.open([await standInBird(site, { birdc: slow })]);
  const outcome = applier.apply(numberedFiles(1));
  await waitFor(() => readFile(String(started)).then(() => true), { what: 'the reload to begin' });

  const closed = site.closeAll().then(() => readFile(String(done)));
  await writeFile(String(goOn), '');

  await expect(closed).resolves.toBeDefined();
  expect(await outcome).toMatchObject({ kind: 'applied' });
});

test('a client that is missing is named', async () => {
  const site = await ApplySite.create();
  const bird = await standInBird(site, {});
  const applier = await site.open([{ ...bird, birdcPath: '/no/such/birdc' }]);

  expect(await applier.apply(numberedFiles(1))).toMatchObject({
    kind: 'failed',
    step: 'configure',
    reason: expect.stringContaining('there is no program /no/such/birdc'),
  });
});

test('without a bird program the running BIRD checks the files', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const applier = await site.open([{ ...bird.instance, birdPath: '/no/such/bird' }]);
  await applier.apply(numberedFiles(1));

  const refused = await applier.apply(numberedFiles(2, { more: 'foo;\n' }));

  expect(refused).toMatchObject({ kind: 'refused', step: 'check', refusals: [{ line: 7 }] });
  expect(await bird.generation()).toBe(1);
  expect(await bird.reconfigurations()).toBe(1);
});

test('nothing becomes current unchecked when there is no BIRD to ask at all', async () => {
  const site = await ApplySite.create();
  const bird = await standInBird(site, {});
  const applier = await site.open([{ ...bird, birdPath: '/no/such/bird' }]);

  const outcome = await applier.apply(numberedFiles(1));

  expect(outcome).toMatchObject({ kind: 'failed', step: 'check', wrote: false });
  expect(outcome).toHaveProperty('advice', expect.stringContaining('--bird'));
});

test('a running BIRD that refuses what its parser accepted gets the good files back', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const lenient = await writeScript(site.dir, 'lenient-bird', 'exit 0');
  const applier = await site.open([{ ...bird.instance, birdPath: lenient }]);
  await applier.apply(numberedFiles(1));

  const outcome = await applier.apply(numberedFiles(2, { more: 'foo;\n' }));

  expect(outcome).toMatchObject({
    kind: 'refused',
    step: 'configure',
    refusals: [{ file: 'bird.cfg', line: 7, text: 'foo;' }],
  });
  expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  expect(await bird.generation()).toBe(1);
  expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'unchanged' });
});

describe('a set that the running BIRD refuses although its parser accepted it', () => {
  /** A site with a BIRD that runs generation 1, a parser that accepts everything, and a client that counts its calls. */
  async function refusingSite() {
    const site = await ApplySite.create();
    const bird = await site.startBird();
    const calls = join(site.dir, 'calls');
    await appendFile(calls, '');
    const instance = {
      ...bird.instance,
      birdPath: await writeScript(site.dir, 'lenient-bird', 'exit 0'),
      birdcPath: await writeScript(
        site.dir,
        'birdc',
        `echo "$@" >>${calls}\nexec ${bird.instance.birdcPath} "$@"`,
      ),
    };
    const open = (options?: Partial<ApplierOptions>) => site.open([instance], options);
    const applier = await open();
    await applier.apply(numberedFiles(1));
    const history = () => readdir(join(site.outputDir, '.birdkeeper/generations'));
    return { site, bird, applier, open, history };
  }
  const refused = numberedFiles(2, { more: 'foo;\n' });
  const OUTCOME = { kind: 'refused', step: 'configure', refusals: [{ file: 'bird.cfg', line: 7 }] };

  test('is installed once, however often it is asked for, and uses up no generations', async () => {
    const { site, bird, applier, history } = await refusingSite();
    expect(await applier.apply(refused)).toMatchObject({ ...OUTCOME, isRepeated: false });
    const calls = await callsOf(site);
    const generations = await history();

    for (let n = 0; n < 8; n++) {
      expect(await applier.apply(refused)).toMatchObject({ ...OUTCOME, isRepeated: true });
    }

    expect(await callsOf(site)).toBe(calls);
    expect(await history()).toEqual(generations);
    expect(generations).toEqual(['1', '3']);
    expect(await numbersOnDisk(join(site.outputDir, '.birdkeeper/refused'))).toEqual([2, 2]);
    expect(await bird.generation()).toBe(1);
    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    expect(applier.state().birds[0]?.loaded?.digest).toBe(numberedFiles(1).digest);
    expect(applier.state().generation).toHaveProperty('loadedAt');
    // Something else is installed at once.
    expect(await applier.apply(numberedFiles(3))).toMatchObject({ kind: 'applied' });
  });

  test('is remembered over a restart of birdkeeper, and asked about again when BIRD is another process', async () => {
    const { site, bird, applier, open } = await refusingSite();
    await applier.apply(refused);
    await site.closeAll();
    const calls = await callsOf(site);

    const second = await open();
    expect(await second.apply(refused)).toMatchObject(OUTCOME);
    expect(await callsOf(site)).toBe(calls);

    await bird.stop();
    await bird.start();
    await waitFor(() => second.state().birds[0]?.isUp, { what: 'BIRD to be seen' });
    expect(await second.apply(refused)).toMatchObject(OUTCOME);
    expect(await callsOf(site)).toBeGreaterThan(calls);
    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  });

  test('that a crash left standing gives way to what BIRD is known to run', async () => {
    const { site, bird, open } = await refusingSite();
    await site.closeAll();
    // A power cut, or kill -9, between the rename and the reply.
    const killed = await open({ configureTimeoutMs: 1 });
    await writeScript(site.dir, 'birdc', 'sleep 1');
    expect(await killed.apply(refused)).toMatchObject({ kind: 'failed', wrote: true });
    await site.closeAll();
    await writeScript(site.dir, 'birdc', `exec ${bird.instance.birdcPath} "$@"`);
    expect(await numbersOnDisk(site.outputDir)).toEqual([2, 2]);

    const applier = await open();
    expect(await applier.applyStanding()).toMatchObject(OUTCOME);

    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    expect(await bird.generation()).toBe(1);
  });

  test('and that cannot be replaced at once is replaced by a later try', async () => {
    const { site, bird, applier } = await refusingSite();
    // The way back needs a folder that is not there; a plain file has its name.
    const aside = join(site.outputDir, '.birdkeeper/generations/3');
    await writeFile(aside, '');
    await applier.apply(refused);
    expect(await numbersOnDisk(site.outputDir)).toEqual([2, 2]);
    expect(site.logger.messages('error')).toEqual([
      'could not go back to the configuration before',
    ]);

    await rm(aside, { force: true });
    expect(await applier.apply(refused)).toMatchObject(OUTCOME);

    expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
    expect(await bird.generation()).toBe(1);
  });
});

test('what BIRD warns about is said once', async () => {
  const site = await ApplySite.create();
  const warning = 'echo "bird: $3:7:1 Missing authentication option, assuming MD5"';
  const applier = await site.open([await standInBird(site, { bird: warning })]);

  await applier.apply(numberedFiles(1));
  await applier.apply(numberedFiles(2));

  expect(site.logger.messages('warn')).toEqual(['BIRD accepts but warns']);
});

test('a shell that dies is replaced', async () => {
  const site = await ApplySite.create();
  const suicide = 'kill -9 $PPID';
  const applier = await site.open([await standInBird(site, { birdc: suicide })]);

  expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'failed' });
  await writeScript(site.dir, 'birdc', 'echo Reconfigured');
  expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'applied' });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
