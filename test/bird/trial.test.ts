/** Trials (`--confirm`) that a real BIRD and disk can't be made to disturb: a script answers on the control socket. */
import { utimesSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { numberedFiles, numbersOnDisk } from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { scriptedBird } from '../support/scripted-bird.js';
import { writeScript } from '../support/stand-in.js';
import { waitFor } from '../support/wait-for.js';

const expected = () => ({ restarts: [], removed: [] });

/** An applier that tries its reloads on a BIRD with one session. */
async function trialSite(confirmMs: number) {
  const site = await ApplySite.create();
  const { bird, session } = await birdWithSession(site);
  const applier = await site.open([bird], { confirmMs });
  await applier.apply(numberedFiles(1));
  return { site, bird, session, applier };
}

async function birdWithSession(site: ApplySite) {
  const session = { info: 'Established' };
  const { socketPath } = await scriptedBird({
    banner: () => 'BIRD 2.0.12 ready.',
    reply: (command) => replyTo(command, session.info),
  });
  const bird = {
    daemon: 'bird',
    birdPath: await writeScript(site.dir, 'bird', 'exit 0'),
    birdcPath: await writeScript(site.dir, 'birdc', 'echo "0003 Reconfigured"'),
    socketPath,
  } as const;
  return { bird, session };
}

/** The session goes down with the reload: beside it the cause is asked for. */
function losing(session: { info: string }) {
  return () => {
    session.info = 'Active';
    return { at: 0, causes: [], causeCount: 0, changes: [] };
  };
}

function replyTo(command: string, info: string): string {
  switch (command) {
    case 'show status':
      return '1000-BIRD 2.0.12\n0013 Daemon is up and running';
    case 'show protocols':
      return info === 'GARBAGE'
        ? info
        : `1002-Mesh_a     BGP        ---        up     12:00:00.000  ${info}\n0000 `;
    case 'configure confirm':
      return '0018 Reconfiguration confirmed';
    default:
      return '0000 ';
  }
}

test('files that failed their trial and could not be replaced at once are replaced by a later try', async () => {
  const { site, session, applier } = await trialSite(3_000);
  // The way back needs a folder that is not there; a plain file has its name.
  const aside = join(site.outputDir, '.birdkeeper/generations/3');
  await writeFile(aside, '');

  const outcome = await applier.apply(numberedFiles(2), { expected, cause: losing(session) });

  expect(outcome).toMatchObject({ kind: 'unconfirmed', isBack: false });
  expect(await numbersOnDisk(site.outputDir)).toEqual([2, 2]);
  await rm(aside, { force: true });
  expect(await applier.apply(numberedFiles(2), { expected })).toMatchObject({
    kind: 'unconfirmed',
    isBack: true,
  });
  expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
});

test('a start after the machine itself went down during a trial tries the state again', async () => {
  const { site, session, applier } = await trialSite(60_000);
  const cause = losing(session);
  const attempt = applier.apply(numberedFiles(2), {
    expected,
    cause: () => {
      applier.leaveTrial();
      return cause();
    },
  });
  expect(await attempt).toMatchObject({ kind: 'failed', step: 'confirm' });
  await site.closeAll();

  const { bird } = await birdWithSession(site);
  const next = await site.open([bird], { confirmMs: 60_000 });

  expect(await next.apply(numberedFiles(2), { expected })).toMatchObject({ kind: 'applied' });
  expect(await numbersOnDisk(site.outputDir)).toEqual([2, 2]);
});

/** The cause of an attempt, beside the reload of which `happen` happens. */
function beside(happen: () => void) {
  return () => {
    happen();
    return { at: 0, causes: [], causeCount: 0, changes: [] };
  };
}

test('a BIRD that ends while it is on trial says nothing of the configuration, unless it does so again', async () => {
  const { site, bird, applier } = await trialSite(60_000);
  let starts = 0;
  // The control socket of another process, as far as anybody sees.
  const startAnew = beside(() => {
    starts += 1;
    utimesSync(bird.socketPath, starts, starts);
  });

  expect(await applier.apply(numberedFiles(2), { expected, cause: startAnew })).toMatchObject({
    kind: 'failed',
    step: 'confirm',
    reason: 'generation 2 was undone: bird ended while it was on trial',
  });
  expect(applier.state().quarantine).toBeUndefined();
  expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  expect(await applier.apply(numberedFiles(2), { expected })).toMatchObject({ kind: 'applied' });

  const once = await applier.apply(numberedFiles(3), { expected, cause: startAnew });
  const twice = await applier.apply(numberedFiles(3), { expected, cause: startAnew });

  expect([once, twice]).toMatchObject([
    { kind: 'failed' },
    { kind: 'unconfirmed', reason: 'bird ended while it was on trial, for the second time' },
  ]);
  expect(await applier.apply(numberedFiles(3), { expected })).toMatchObject({
    kind: 'unconfirmed',
    isRepeated: true,
  });
});

test('a BIRD that does not answer by the end of its trial says nothing of the configuration, either', async () => {
  const { site, session, applier } = await trialSite(5_000);
  const cause = beside(() => {
    session.info = 'GARBAGE';
  });

  expect(await applier.apply(numberedFiles(2), { expected, cause })).toMatchObject({
    kind: 'failed',
    reason: 'generation 2 was undone: bird did not answer by the end of its trial',
  });
  expect(applier.state().quarantine).toBeUndefined();
  expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  session.info = 'Established';
  expect(await applier.apply(numberedFiles(2), { expected })).toMatchObject({ kind: 'applied' });
});

test('a trial that can not be noted leaves a generation with its story', async () => {
  const { site, applier } = await trialSite(2_000);
  await mkdir(join(site.outputDir, '.birdkeeper/trial.json'));

  const cause = beside(() => {});
  expect(await applier.apply(numberedFiles(2), { expected, cause })).toMatchObject({
    kind: 'failed',
    wrote: true,
  });

  const folder = join(site.outputDir, '.birdkeeper/generations/2');
  expect(await readdir(folder)).toContain('story.json');
});

test('an operator who rolls back does not wait for the trial in hand', async () => {
  const { site, session, applier } = await trialSite(600_000);
  const attempt = applier.apply(numberedFiles(2), { expected, cause: losing(session) });
  await waitFor(() => applier.trialEndMs !== undefined, { what: 'a trial' });

  applier.abandonTrial();

  expect(await attempt).toMatchObject({
    kind: 'failed',
    reason: 'generation 2 was undone: an operator rolled back while it was on trial',
  });
  expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  expect(applier.state().quarantine).toBeUndefined();
});

test('an operator may go back to files that failed a trial, and then they are not tried any more', async () => {
  const { site, session, applier } = await trialSite(3_000);
  await applier.apply(numberedFiles(2));
  await applier.apply(numberedFiles(1), { expected, cause: losing(session) });
  expect(applier.state().quarantine).toMatchObject({ sequence: 3 });

  applier.pin({ sequence: 1, digest: numberedFiles(1).digest, at: 1 });

  expect(await applier.applyStanding()).toMatchObject({ kind: 'applied' });
  expect(await numbersOnDisk(site.outputDir)).toEqual([1, 1]);
  expect(applier.state().quarantine).toBeUndefined();
  applier.pin(undefined);
  expect(await applier.apply(numberedFiles(1), { expected })).toMatchObject({ kind: 'unchanged' });
});
