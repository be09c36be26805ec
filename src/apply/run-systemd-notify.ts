import type { ProgramRunner } from './process/program-run.js';

const TIMEOUT_MS = 5_000;

/**
 * Tells systemd `assignments` such as `READY=1`, by `systemd-notify`: Node has no unix datagram sockets (sd_notify(3)).
 * The unit needs `NotifyAccess=all`, since another process than the main one speaks. systemd drops a message whose sender
 * is gone before it is read, so `systemd-notify` waits for that: no `--no-block`, or a READY can get lost.
 *
 * @param runner - a `Launcher` in a daemon: a direct one costs as much as a whole pass
 * @throws {Error} when systemd could not be told
 */
export async function runSystemdNotify(
  assignments: readonly string[],
  runner: ProgramRunner,
): Promise<void> {
  const { exitCode, output, isMissing, isTimedOut } = await runner.run({
    program: 'systemd-notify',
    args: assignments,
    timeoutMs: TIMEOUT_MS,
  });
  if (isMissing) {
    throw new Error('there is no program systemd-notify');
  }
  if (exitCode !== 0) {
    throw new Error(`systemd-notify failed: ${isTimedOut ? 'it took too long' : output.trim()}`);
  }
}
