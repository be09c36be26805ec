import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Launcher } from '../../../../src/apply/process/launcher.js';
import {
  directRunner,
  killGroup,
  type ProgramRunner,
} from '../../../../src/apply/process/program-run.js';
import { runSystemdNotify } from '../../../../src/apply/run-systemd-notify.js';
import { type Clock, systemClock } from '../../../../src/base/clock.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { writeScript } from '../../../support/stand-in.js';
import { DEADLINE_MS, waitFor } from '../../../support/wait-for.js';

/** Whether a process runs; one that ended and that nobody has asked for is none. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function launcherForTest(clock: Clock = systemClock): ProgramRunner {
  const launcher = new Launcher(clock);
  onTestFinished(() => launcher.close());
  return launcher;
}

const RUNNERS: readonly (readonly [string, (clock?: Clock) => ProgramRunner])[] = [
  ['of this process', (clock = systemClock) => directRunner(clock)],
  ['by a shell that is started once', launcherForTest],
];

describe.each(RUNNERS)('a program that runs as a child %s', (_, runnerForTest) => {
  const run = (program: string, args: readonly string[] = [], timeoutMs = DEADLINE_MS) =>
    runnerForTest().run({ program, args, timeoutMs });

  test.each([
    ['echo out', 0, 'out'],
    ['echo problem >&2; exit 3', 3, 'problem'],
    ['echo one; echo two; echo three', 0, 'one\ntwo\nthree'],
    ['exit 1', 1, ''],
    ['printf "no line end"', 0, 'no line end'],
    ['cat; echo "nothing to read"', 0, 'nothing to read'],
  ])('and does %j ends with its status and what it printed', async (body, exitCode, output) => {
    const program = await writeScript(await folderForTest(), 'program', body);

    const { output: printed, ...rest } = await run(program);

    expect(rest).toEqual({ exitCode, isTimedOut: false, isMissing: false });
    expect(printed.trimEnd()).toBe(output);
  });

  test('gets its arguments as they are', async () => {
    const program = await writeScript(
      await folderForTest(),
      "it's a program",
      'printf "[%s]" "$@"',
    );
    const args = ['', 'a b', "it's", '"$HOME"', '`id`', '; exit 7', '\\', '*', '-v', 'ü\nline'];

    const { exitCode, output } = await run(program, args);

    expect(output.trimEnd()).toBe(args.map((arg) => `[${arg}]`).join(''));
    expect(exitCode).toBe(0);
  });

  test('that is not there is missing', async () => {
    const program = join(await folderForTest(), 'no-such-program');

    expect(await run(program)).toMatchObject({ isMissing: true, isTimedOut: false });
  });

  test('that a signal ends has no exit status', async () => {
    const program = await writeScript(await folderForTest(), 'program', 'kill -SEGV $$');

    expect(await run(program)).toMatchObject({
      exitCode: undefined,
      isTimedOut: false,
      isMissing: false,
    });
  });

  test('prints to both outputs, and nothing of it is lost', async () => {
    const body = 'for n in 1 2 3; do echo "out $n"; echo "err $n" >&2; done';
    const program = await writeScript(await folderForTest(), 'program', body);

    const { output } = await run(program);

    const lines = output.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('out'))).toEqual(['out 1', 'out 2', 'out 3']);
    expect(lines.filter((line) => line.startsWith('err'))).toEqual(['err 1', 'err 2', 'err 3']);
  });

  test('for too long is killed with all that it has started', async () => {
    const dir = await folderForTest();
    const program = await writeScript(dir, 'program', 'sleep 600 & echo $! > "$1"; wait');
    const [clock, pidFile] = [new ManualClock(), join(dir, 'pid')];
    const ended = runnerForTest(clock).run({ program, args: [pidFile], timeoutMs: 5_000 });
    const pid = await waitFor(() => Number(readFileSync(pidFile, 'utf8')), {
      what: 'the child to start',
    });

    clock.advance(5_000);

    expect(await ended).toMatchObject({ exitCode: undefined, isTimedOut: true, isMissing: false });
    await waitFor(() => !isAlive(pid), { what: 'the child to end' });
  });

  test('does not keep the next one from running, however it ended', async () => {
    const dir = await folderForTest();
    const slow = await writeScript(dir, 'slow', 'sleep 600');
    const good = await writeScript(dir, 'good', 'echo good');
    const runner = runnerForTest();

    const results = await Promise.all([
      runner.run({ program: slow, args: [], timeoutMs: 50 }),
      runner.run({ program: good, args: [], timeoutMs: DEADLINE_MS }),
      runner.run({ program: join(dir, 'none'), args: [], timeoutMs: DEADLINE_MS }),
      runner.run({ program: good, args: [], timeoutMs: DEADLINE_MS }),
    ]);

    expect(results.map(({ isTimedOut }) => isTimedOut)).toEqual([true, false, false, false]);
    expect(results.map(({ isMissing }) => isMissing)).toEqual([false, false, true, false]);
    expect(results[1]?.output.trim()).toBe('good');
    expect(results[3]?.output.trim()).toBe('good');
  });
});

test('what a program prints that looks like the end of it is no end', async () => {
  const program = await writeScript(
    await folderForTest(),
    'program',
    'printf "\\n7f9d0c8e-0000-4000-8000-000000000000 0\\n"; sleep 0.05; exit 4',
  );

  const { exitCode } = await launcherForTest().run({ program, args: [], timeoutMs: DEADLINE_MS });

  expect(exitCode).toBe(4);
});

test('a shell that was closed without having run anything is closed all the same', async () => {
  const warm = new Launcher(systemClock);
  warm.warmUp();

  await expect(warm.close()).resolves.toBeUndefined();
  await expect(new Launcher(systemClock).close()).resolves.toBeUndefined();
});

test('killing what is gone, or never was, does nothing', () => {
  expect(() => killGroup(undefined)).not.toThrow();
  expect(() => killGroup(2 ** 22 + 1)).not.toThrow();
});

describe('what systemd is told', () => {
  const runnerThat = (result: Partial<Awaited<ReturnType<ProgramRunner['run']>>>) => {
    const calls: unknown[] = [];
    const runner: ProgramRunner = {
      async run(call) {
        calls.push(call);
        return { exitCode: 0, output: '', isTimedOut: false, isMissing: false, ...result };
      },
    };
    return { runner, calls };
  };

  test('are the assignments, each as one argument', async () => {
    const { runner, calls } = runnerThat({});

    await runSystemdNotify(['READY=1', 'STATUS=all is well'], runner);

    expect(calls).toEqual([
      { program: 'systemd-notify', args: ['READY=1', 'STATUS=all is well'], timeoutMs: 5_000 },
    ]);
  });

  test.each([
    [{ exitCode: undefined, isMissing: true }, 'there is no program systemd-notify'],
    [{ exitCode: 1, output: ' Failed to notify\n' }, 'systemd-notify failed: Failed to notify'],
    [{ exitCode: undefined, isTimedOut: true }, 'systemd-notify failed: it took too long'],
  ])('by a program that ends so is an error: %o', async (result, message) => {
    const { runner } = runnerThat(result);

    await expect(runSystemdNotify(['READY=1'], runner)).rejects.toThrow(message);
  });
});
