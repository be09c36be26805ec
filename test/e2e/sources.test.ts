/** Files beside the datastore, around the built daemon and the commands: what a change of them causes, and who sees a password. */
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { program, runBirdkeeper } from '../support/birdkeeper.js';
import { type CliSite, cliSiteForTest } from '../support/cli-site.js';
import { BackgroundCommand } from '../support/command.js';
import { freePort } from '../support/free-port.js';
import { waitFor } from '../support/wait-for.js';

interface Page {
  readonly lastPass?: { readonly causes: readonly string[] };
  readonly problems: readonly { readonly code: string; readonly key: string }[];
}

/** A daemon on `site` with a folder of secrets. */
async function daemonOn(site: CliSite, secrets: string) {
  const log = join(site.dir, 'daemon.log');
  const port = await freePort();
  const args = [...site.source, ...site.bird, '--output-dir', site.outputDir];
  const options = ['--secrets-dir', secrets, '--listen', `127.0.0.1:${port}`];
  // All that a log may show.
  options.push('--log-level', 'trace');
  const daemon = new BackgroundCommand(
    process.execPath,
    [program, 'run', ...args, ...options],
    log,
  );
  onTestFinished(() => daemon.stop('SIGKILL'));
  const statusText = async () => (await fetch(`http://127.0.0.1:${port}/status`)).text();
  const until = (what: string, holds: (page: Page) => boolean): Promise<true> =>
    waitFor(async () => holds(JSON.parse(await statusText())) || undefined, { what });
  const stop = () => daemon.stop();
  return { log: () => readFileSync(log, 'utf8'), statusText, until, stop };
}

test('a rotated secret gives a pass that names its file; a bad one keeps the last good one; none is shown', async () => {
  const site = await cliSiteForTest();
  const secrets = join(site.dir, 'secrets');
  const file = join(secrets, 'kube-system/bgp/tor');
  const key = `secrets-dir:${file}`;
  await mkdir(join(secrets, 'kube-system/bgp'), { recursive: true });
  await writeFile(file, 'hunter-one\n');
  const { log, statusText, until } = await daemonOn(site, secrets);
  // From the log: a page shows the last pass alone, which may be another one by now.
  const passes = () =>
    log()
      .split('\n')
      .filter((line) => line.includes('"causes":[') && line.includes(`"${key}"`)).length;
  await waitFor(() => passes() > 0, { what: 'the first pass' });
  const before = passes();
  // What counts is what is kept for the next start.
  const kept = join(site.outputDir, '.birdkeeper/last-good.json');
  const keepsRotated = async () => (await readFile(kept, 'utf8')).includes('hunter-two');

  await writeFile(`${file}.new`, 'hunter-two\n');
  await rename(`${file}.new`, file);
  await waitFor(() => passes() > before, { what: 'a pass for the rotation' });
  // It may have been another pass for the first text: only what was read is kept.
  await waitFor(keepsRotated, { what: 'the rotated password to be kept' });

  await writeFile(file, 'hunter"three\n');
  await until('the problem', ({ problems }) =>
    problems.some((problem) => problem.code === 'invalid-value' && problem.key === key),
  );
  expect(await keepsRotated()).toBe(true);

  await rm(file);
  await until('no problem', ({ problems }) => problems.every((problem) => problem.key !== key));
  expect(log() + (await statusText())).not.toContain('hunter');
  expect(log().match(/the datastore holds [\w ]+/g)).toEqual([
    'the datastore holds keys of Calico 2',
  ]);
});

test('a folder that goes keeps its passwords, also over a restart, and costs nothing else at a start', async () => {
  const site = await cliSiteForTest();
  const secrets = join(site.dir, 'secrets');
  const kept = join(site.outputDir, '.birdkeeper/last-good.json');
  const keeps = async (text: string) =>
    (await readFile(kept, 'utf8').catch(() => '')).includes(text);
  const isMissing = ({ problems, lastPass }: Page) =>
    problems.some(({ code }) => code === 'source-missing') && lastPass !== undefined;
  const first = await daemonOn(site, secrets);
  await first.until('a pass without the folder, which is told', isMissing);

  await mkdir(join(secrets, 'bgp'), { recursive: true });
  await writeFile(join(secrets, 'bgp/tor'), 'hunter-one');
  await waitFor(() => keeps('hunter-one'), { what: 'the password to be kept' });
  await rename(secrets, `${secrets}.away`);
  await first.until('the folder to be missed', isMissing);
  await first.stop();

  const second = await daemonOn(site, secrets);
  await second.until('a pass without the folder', isMissing);
  expect(await keeps('hunter-one')).toBe(true);

  await mkdir(secrets);
  await waitFor(async () => !(await keeps('hunter-one')), { what: 'the password to be let go' });
});

test('render tells a folder that is missing, or that cannot be read, and renders the rest', async () => {
  const { dir, source } = await cliSiteForTest();
  const secrets = join(dir, 'secrets');
  const render = () => runBirdkeeper(['render', ...source, '--secrets-dir', secrets]);

  const missing = await render();
  expect(missing.exitStatus).toBe(0);
  expect(missing.stderr).toContain(
    `secrets-dir:${secrets}: there is no such file or folder; went on`,
  );

  await symlink('secrets', secrets);
  expect(await render()).toEqual({
    exitStatus: 0,
    stdout: missing.stdout,
    stderr: expect.stringContaining(`cannot read ${secrets}: ELOOP; went on`),
  });
});

test('diff shows that a password changed, and neither text', async () => {
  const { dir, source, bird, outputDir } = await cliSiteForTest();
  const templates = join(dir, 'templates');
  await mkdir(join(templates, 'bird2'), { recursive: true });
  await mkdir(outputDir);
  await writeFile(join(templates, 'bird2/bird.cfg.hbs'), 'password "hunter-two";\n');
  await writeFile(join(outputDir, 'bird.cfg'), 'password "hunter-one";\n');

  const diff = ['diff', ...source, ...bird, '--output-dir', outputDir, '--templates', templates];
  const { stdout, stderr, exitStatus } = await runBirdkeeper(diff);

  expect({ stderr, exitStatus }).toEqual({ stderr: '', exitStatus: 1 });
  expect(stdout).toContain('-password "[redacted 1]";\n+password "[redacted 2]";');
  expect(stdout).not.toContain('hunter');
});
