/** What BIRD is asked besides loading: its version, its state, and whether it would take something. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBirdVersionText } from '../../src/apply/bird-version.js';
import { BirdSocketError, queryBird } from '../../src/apply/birdc/control-client.js';
import { checkFileSet, checkStatements } from '../../src/apply/check/check-once.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { numberedFiles } from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { writeScript } from '../support/stand-in.js';
import { tools } from '../support/tools.js';
import { DEADLINE_MS } from '../support/wait-for.js';

const OPTIONS = { clock: systemClock, logger: silentLogger };
const NO_SOCKET = '/no/such.ctl';

test.each([
  [tools.bird2.bird, /^BIRD version 2\.\d+/],
  [tools.bird1.bird, /^BIRD version 1\.6\.8$/],
  [tools.bird1.bird6, /^BIRD version 1\.6\.8$/],
])('%s says its version', async (program, version) => {
  expect(await readBirdVersionText(program, NO_SOCKET)).toMatch(version);
});

test("the version of Calico's fork is read", async () => {
  const { dir } = await ApplySite.create();
  const fork = await writeScript(dir, 'bird', 'echo "BIRD version v0.3.3+birdv1.6.8" >&2');

  expect(await readBirdVersionText(fork, NO_SOCKET)).toBe('BIRD version v0.3.3+birdv1.6.8');
});

test('without the program the running BIRD says its version', async () => {
  const site = await ApplySite.create();
  const { instance } = await site.startBird('bird1');

  expect(await readBirdVersionText('/no/such/bird', instance.socketPath)).toBe('BIRD 1.6.8 ready.');
});

test('there is no version when nobody answers, or says something else', async () => {
  const { dir } = await ApplySite.create();

  expect(await readBirdVersionText('/no/such/bird', NO_SOCKET)).toBeUndefined();
  const other = await writeScript(dir, 'bird', 'echo "bird: cannot open --version"; exit 1');
  expect(await readBirdVersionText(other, NO_SOCKET)).toBeUndefined();
});

test('BIRD answers a question whole', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const { socketPath } = bird.instance;

  const ask = { socketPath, clock: systemClock, timeoutMs: 5_000 };
  const { code, lines } = await queryBird(ask, 'show protocols');

  expect(code).toBe('0000');
  expect(lines[1]).toMatchObject({ code: '1002', text: expect.stringMatching(/^device1 +Device/) });
});

test('a question to a BIRD that is away fails with advice', async () => {
  const { dir } = await ApplySite.create();
  const socketPath = join(dir, 'bird.ctl');

  const answer = queryBird(
    { socketPath, clock: systemClock, timeoutMs: DEADLINE_MS },
    'show status',
  );

  await expect(answer).rejects.toThrow(BirdSocketError);
  await expect(answer).rejects.toMatchObject({
    message: expect.stringContaining(`${socketPath}: connect ENOENT`),
    advice: expect.stringContaining(`-s ${socketPath}`),
  });
});

test('a BIRD that hangs does not hold up a question for longer than its deadline', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  bird.signal('SIGSTOP');

  const { socketPath } = bird.instance;
  const answer = queryBird({ socketPath, clock: systemClock, timeoutMs: 200 }, 'show status');

  await expect(answer).rejects.toThrow('no sign of the answer to "show status" within 200 ms');
  bird.signal('SIGCONT');
});

test('a set that BIRD accepts has no refusals', async () => {
  const site = await ApplySite.create();

  expect(await checkFileSet(numberedFiles(1), [site.bird().instance], OPTIONS)).toEqual([]);
});

test('the check of a set names the line that is refused', async () => {
  const site = await ApplySite.create();
  const bad = numberedFiles(1, { more: 'protocol static broken {\n  bar;\n}\n' });

  expect(await checkFileSet(bad, [site.bird().instance], OPTIONS)).toEqual([
    {
      daemon: 'bird',
      file: 'bird.cfg',
      line: 8,
      column: 3,
      message: 'syntax error, unexpected CF_SYM_UNDEFINED',
      text: 'bar;',
    },
  ]);
});

const FILTER = {
  before: 'router id 192.0.2.1;\nprotocol device { }\nfilter custom {',
  after: 'accept;\n}',
};

test.each(['', 'if net ~ 10.0.0.0/8 then reject;', '# nothing\n'])(
  'statements that are sound are accepted: %j',
  async (statements) => {
    const { instance } = (await ApplySite.create()).bird();

    expect(await checkStatements({ ...FILTER, statements }, instance, OPTIONS)).toBeUndefined();
  },
);

test.each([
  ['if net ~ 10.0.0.0/8 then\n  nonsense;', 'line 2: syntax error'],
  ['if true then {\n  reject;', 'at the end of the statements: syntax error'],
  ['foo', 'line 1: syntax error'],
])('statements that are not are refused with their own line: %j', async (statements, reason) => {
  const { instance } = (await ApplySite.create()).bird();

  expect(await checkStatements({ ...FILTER, statements }, instance, OPTIONS)).toContain(reason);
});

test('a check that cannot be made is no refusal', async () => {
  const { instance } = (await ApplySite.create()).bird();
  const missing = { ...instance, birdPath: '/no/such/bird' };

  await expect(checkFileSet(numberedFiles(1), [missing], OPTIONS)).rejects.toMatchObject({
    name: 'ApplyError',
    message: expect.stringContaining('there is no /no/such/bird to check with'),
    isRetryable: true,
  });
});
