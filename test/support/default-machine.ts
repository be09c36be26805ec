/**
 * A host of a lab with everything where it is by default: its own /etc and /run, on which commands work as they are printed. What
 * is written there is gone with it, and so is every process that was started there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { program } from './birdkeeper.js';
import { type BackgroundCommand, runCommand } from './command.js';
import type { LabHost } from './lab-host.js';
import { projectRoot } from './tools.js';
import { waitFor } from './wait-for.js';

/** Becomes the first process of a namespace for processes: with it all others end. `$1`: a file to make when it is done. */
const BECOME = `mount -t tmpfs tmpfs /run
mkdir -p /run/etc/upper /run/etc/work /run/bird
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work /etc
mkdir -p /etc/birdkeeper/config
touch "$1"
exec sleep infinity`;

/** Such a host. */
export class DefaultMachine {
  readonly #host: LabHost;
  readonly #pid: string;
  readonly #exported: string[] = [];

  private constructor(host: LabHost, pid: string) {
    this.#host = host;
    this.#pid = pid;
  }

  /** Makes it of a host on which nothing runs. */
  static async on(host: LabHost): Promise<DefaultMachine> {
    const isDone = join(host.dir, 'machine-is-there');
    const flags = ['--mount', '--propagation', 'private', '--pid', '--fork', '--mount-proc'];
    const args = [...flags, '--kill-child', 'sh', '-ec', BECOME, 'sh', isDone];
    const parent = host.namespace.start('unshare', args, join(host.dir, 'machine.log'));
    await waitFor(() => existsSync(isDone) || !parent.isRunning, { what: 'the machine' });
    const children = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8');
    const machine = new DefaultMachine(host, children.trim());
    await mkdir(machine.bin, { recursive: true });
    const script = `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`;
    await writeFile(join(machine.bin, 'birdkeeper'), script, { mode: 0o755 });
    for (const name of ['dist', 'templates']) {
      await symlink(join(projectRoot, name), join(machine.desk, name));
    }
    return machine;
  }

  /** The folder in which commands are typed; it has `dist` and `templates` of the project. */
  get desk(): string {
    return join(this.#host.dir, 'desk');
  }

  private get bin(): string {
    return join(this.desk, 'bin');
  }

  /** Runs a command line as somebody types it there, at the desk; gives what it printed, on both streams. */
  shell(commandLine: string): Promise<string> {
    return runCommand('nsenter', this.#enter(`{ ${commandLine}\n} 2>&1`));
  }

  /** Has all that is run from now on have a variable: `NAME=VALUE`. */
  export(assignment: string): void {
    this.#exported.push(assignment);
  }

  /** Starts a command line there that goes on running. */
  start(commandLine: string): BackgroundCommand {
    const log = join(this.#host.dir, 'started.log');
    return this.#host.namespace.start('nsenter', this.#enter(commandLine), log);
  }

  #enter(commandLine: string): readonly string[] {
    const path = `PATH=${this.bin}:/usr/sbin:/usr/bin:/sbin:/bin:${process.env.PATH ?? ''}`;
    const script = `cd ${this.desk} && ${commandLine}`;
    return ['-t', this.#pid, '-m', '-p', '-n', 'env', path, ...this.#exported, 'sh', '-c', script];
  }
}
