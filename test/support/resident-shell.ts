/** A shell that stays where it is dear to enter: `podman exec` costs an eighth of a second of a core each time. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { on } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { CommandFailedError } from './command.js';
import { DEADLINE_MS } from './wait-for.js';

type Shell = ChildProcessByStdio<Writable, Readable, null>;

/** Runs commands one after the other, each in a `sh -e` of its own; when the shell has ended, the next command starts another one. */
export class ResidentShell {
  readonly #entrance: readonly string[];
  #shell: Shell | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Starts nothing yet. @param entrance - a command that becomes a shell there, which reads its standard input */
  constructor(entrance: readonly string[]) {
    this.#entrance = entrance;
  }

  /** What a command prints, on both outputs. @throws {CommandFailedError} when its exit status is not 0 */
  run(command: string): Promise<string> {
    const answer = this.#last.then(() => this.#runNow(command));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #runNow(command: string): Promise<string> {
    const mark = randomBytes(8).toString('hex');
    const ending = new RegExp(`\\n${mark} (\\d+)\\n$`);
    const shell = this.#running();
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const pieces = on(shell.stdout, 'data', { close: ['close'], signal });
    const quoted = command.replaceAll("'", "'\\''");
    shell.stdin.write(`sh -ec '${quoted}' 2>&1 </dev/null; printf '\\n%s %s\\n' ${mark} $?\n`);
    let output = '';
    try {
      for await (const [piece] of pieces) {
        output += piece;
        const [end, status] = ending.exec(output) ?? [];
        if (end !== undefined) {
          return textOf(command, Number(status), output.slice(0, -end.length));
        }
      }
    } catch (error) {
      if (signal.aborted) {
        shell.kill('SIGKILL');
      }
      throw error;
    }
    throw new CommandFailedError(command, undefined, { stdout: output, stderr: '' });
  }

  #running(): Shell {
    if (this.#shell === undefined) {
      const args = ['-c', 'exec "$@" 2>&1', 'sh', ...this.#entrance];
      const shell = spawn('sh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
      this.#shell = shell;
      shell.stdout.setEncoding('utf8');
      // Its end shows in its output.
      shell.stdin.on('error', () => {});
      shell.stdout.once('close', () => {
        this.#shell = undefined;
      });
    }
    return this.#shell;
  }
}

function textOf(command: string, status: number, stdout: string): string {
  if (status !== 0) {
    throw new CommandFailedError(command, status, { stdout, stderr: '' });
  }
  return stdout;
}
