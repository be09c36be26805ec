import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { DEADLINE_MS } from './wait-for.js';

/** A command ended with another exit status than 0, or could not be started. */
export class CommandFailedError extends Error {
  override readonly name = 'CommandFailedError';

  readonly command: string;
  /** `undefined` when it was not started, or ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;

  constructor(command: string, exitCode: number | undefined, output: CommandOutput) {
    const { stdout, stderr } = output;
    super(`"${command}" failed (exit status ${exitCode ?? 'none'}): ${stderr || stdout}`.trim());
    this.command = command;
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/** What a command has printed. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run to its end. */
export interface CommandOptions {
  /** Text for its standard input. */
  readonly input?: string;
  /** After this many milliseconds it is killed; `DEADLINE_MS` unless told. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command to its end; gives what it printed.
 *
 * @throws {CommandFailedError} when its exit status is not 0
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { input, timeoutMs = DEADLINE_MS }: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(command, args, options, (cause, stdout, stderr) => {
      if (!cause) {
        return resolve(stdout);
      }
      const exitCode = typeof cause.code === 'number' ? cause.code : undefined;
      const line = [command, ...args].join(' ');
      reject(
        new CommandFailedError(line, exitCode, {
          stdout,
          stderr: stderr || (stdout ? '' : cause.message),
        }),
      );
    });
    // A command that doesn't read its input may be gone before it is written.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}

/** A command that goes on running, with all its output in a file. */
export class BackgroundCommand {
  readonly command: string;
  readonly logFile: string;
  readonly #process: ChildProcess;

  /** Starts it. @param logFile - is appended to */
  constructor(command: string, args: readonly string[], logFile: string) {
    this.command = [command, ...args].join(' ');
    this.logFile = logFile;
    const log = openSync(logFile, 'a');
    this.#process = spawn(command, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    // A command that can't be started shows as "not running", and its reason in the log's place.
    this.#process.once('error', () => {});
  }

  /** Its process id; 0 when it could not be started. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Whether it has not ended yet. */
  get isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.#process;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  /** Its exit status; `null` while it runs, and when a signal ended it. */
  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  /** Sends a signal, if it still runs. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it and waits for its end; SIGTERM unless told, and SIGKILL when it takes longer than `timeoutMs`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = DEADLINE_MS): Promise<void> {
    if (!this.isRunning) {
      return;
    }
    const ended = once(this.#process, 'exit');
    this.#process.kill(signal);
    const deadline = setTimeout(() => this.#process.kill('SIGKILL'), timeoutMs);
    await ended;
    clearTimeout(deadline);
  }
}
