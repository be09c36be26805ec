/**
 * Runs programs through a small shell that is started once.
 *
 * Node forks itself to start a program, and the kernel then copies the page tables of the whole daemon: measured with
 * Node 20 and a heap of 60 MB, 7 ms in which nothing else runs and 4 ms CPU for each program. A fork of `sh` costs next
 * to nothing, and handing it a line costs us 0.3 ms CPU.
 *
 * The shell reads commands from its standard input. A program's output is followed by a line with a random word and the
 * exit status. When we die, the shell sees the end of its input and ends after the program that it is running.
 */

import { randomUUID } from 'node:crypto';

import { execa, type ResultPromise } from 'execa';

import type { Clock } from '../../base/clock.js';
import { whyNoChild } from './descriptors-left.js';
import {
  directRunner,
  killGroup,
  type ProgramCall,
  type ProgramRun,
  type ProgramRunner,
} from './program-run.js';

const SHELL = '/bin/sh';

// The shell's own exit statuses (POSIX, Shell Command Language, section 2.8.2).
const STATUS_NOT_FOUND = 127;
const STATUS_SIGNAL_BASE = 128;

const SHELL_OPTIONS = {
  stdin: 'pipe',
  stdout: 'pipe',
  stderr: 'ignore',
  buffer: false,
  reject: false,
  cleanup: false,
  // Its own process group: a Ctrl-C must not reach a reload, and a program that hangs is killed with its children.
  detached: true,
} as const;

/** A runner for one program at a time; calls made meanwhile wait for their turn. */
export class Launcher implements ProgramRunner {
  readonly #clock: Clock;
  #shell: Shell | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts the shell now, while this process is small; otherwise the first `run` does. */
  warmUp(): void {
    if (whyNoChild() !== undefined) {
      return;
    }
    this.#shell ??= new Shell(() => {
      this.#shell = undefined;
    });
  }

  run(call: ProgramCall): Promise<ProgramRun> {
    const run = this.#turn.then(() => this.#run(call));
    this.#turn = run;
    return run;
  }

  /** Ends the shell after the program in hand. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#shell?.end();
  }

  async #run(call: ProgramCall): Promise<ProgramRun> {
    if (this.#shell === undefined) {
      this.warmUp();
    }
    const shell = this.#shell;
    let isTimedOut = false;
    const cancel = this.#clock.after(call.timeoutMs, () => {
      isTimedOut = true;
      shell?.kill();
    });
    const answer = await shell?.ask(call);
    cancel();
    if (answer === undefined || answer.isMissing) {
      return directRunner(this.#clock).run(call);
    }
    return { ...runOf(answer), isTimedOut };
  }
}

/** What a shell said to one command. */
interface ShellAnswer {
  readonly output: string;
  /** `undefined` when the shell died meanwhile. */
  readonly status: number | undefined;
  /** There is no shell on this machine. */
  readonly isMissing: boolean;
}

function runOf({ output, status }: ShellAnswer): Omit<ProgramRun, 'isTimedOut'> {
  const isSignalled = status === undefined || status > STATUS_SIGNAL_BASE;
  return {
    exitCode: isSignalled ? undefined : status,
    output,
    isMissing: status === STATUS_NOT_FOUND,
  };
}

/** One shell process. It answers one command at a time. */
class Shell {
  readonly #process: ResultPromise<typeof SHELL_OPTIONS>;
  readonly #endMark = randomUUID();
  readonly #ended: Promise<void>;
  #output = '';
  #resolve: ((answer: ShellAnswer) => void) | undefined;

  constructor(onEnd: () => void) {
    this.#process = execa(SHELL, [], SHELL_OPTIONS);
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    // The command of a dead shell is answered by its end.
    this.#process.stdin.on('error', () => {});
    this.#ended = this.#process.then(({ code }) => {
      onEnd();
      this.#answer({ output: this.#output, status: undefined, isMissing: code === 'ENOENT' });
    });
  }

  ask({ program, args }: ProgramCall): Promise<ShellAnswer> {
    const command = [program, ...args].map(quoted).join(' ');
    return new Promise((resolve) => {
      this.#output = '';
      this.#resolve = resolve;
      this.#process.stdin.write(
        `${command} </dev/null 2>&1; printf '\\n%s %s\\n' ${this.#endMark} "$?"\n`,
      );
    });
  }

  kill(): void {
    killGroup(this.#process.pid);
  }

  async end(): Promise<void> {
    this.#process.stdin.end();
    await this.#ended;
  }

  #read(text: string): void {
    this.#output += text;
    const mark = this.#output.lastIndexOf(`\n${this.#endMark} `);
    if (mark < 0 || !this.#output.endsWith('\n')) {
      return;
    }
    const status = Number(this.#output.slice(mark + this.#endMark.length + 2));
    this.#answer({ output: this.#output.slice(0, mark), status, isMissing: false });
  }

  #answer(answer: ShellAnswer): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(answer);
  }
}

/** A word of the shell's language that stands for exactly this text. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
