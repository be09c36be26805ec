/**
 * A clean Debian with systemd as its first process: a container without network, or with that of a lab's host, on the folder
 * that set-up has made.
 * Nothing of it is left afterwards, and nothing of it is in the folder.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { atExit } from './at-exit.js';
import { runCommand } from './command.js';
import type { Namespace } from './netns.js';
import { ResidentShell } from './resident-shell.js';
import { projectRoot } from './tools.js';
import { DEADLINE_MS, waitFor } from './wait-for.js';

const debRoot = join(projectRoot, '.tools/deb-root');
const NAME = 'machine';
/** The machine's name, which is that of the node. */
const HOST_NAME = 'node1';

/** What a machine has that not all of them have. */
export interface MachineOptions {
  /** Has a function called at the end: `afterAll`, for a machine that the tests of a file share; the end of the test unless told. */
  readonly atEnd?: ((end: () => void) => void) | undefined;
  /** Whose network it gets; none unless told. */
  readonly namespace?: Namespace | undefined;
}

/**
 * A machine for the test in hand; it ends with the test, also when that fails.
 *
 * @param files - a folder that is to be seen in the machine as `/files`
 */
export async function debianMachine(
  files: string,
  { atEnd = onTestFinished, namespace }: MachineOptions = {},
): Promise<DebianMachine> {
  const machine = new DebianMachine(files, namespace);
  atEnd(() => machine.dispose());
  await machine.start();
  return machine;
}

/** See the head of this file. */
export class DebianMachine {
  readonly #files: string;
  readonly #network: string;
  readonly #dir = mkdtempSync(join(tmpdir(), 'birdkeeper-debian-'));
  readonly #forget: () => void;
  /** Podman exports HOSTNAME, which a shell of an administrator's doesn't, and which is a setting of birdkeeper's. */
  readonly #shell: ResidentShell;

  /**
   * @param files - a folder that is to be seen in the machine as `/files`
   * @param namespace - whose network it gets; none unless told
   */
  constructor(files: string, namespace?: Namespace) {
    this.#files = files;
    this.#network = namespace === undefined ? 'none' : `ns:/run/netns/${namespace.id}`;
    this.#forget = atExit(() => this.#remove());
    const shell = ['sh', '-c', 'unset HOSTNAME; exec sh'];
    this.#shell = new ResidentShell(['podman', ...this.#options, 'exec', '-i', NAME, ...shell]);
  }

  /** Boots it, and waits until systemd has nothing left to start. */
  async start(): Promise<void> {
    await runCommand('podman', [
      ...this.#options,
      ...['run', '--detach', '--name', NAME, '--hostname', HOST_NAME, '--systemd=always'],
      // What Debian's BIRD asks for, and a look through the eyes of a service (/proc/PID/root); nothing of the host.
      ...['--network', this.#network],
      ...['--cap-add', 'NET_ADMIN,NET_RAW,NET_BROADCAST,SYS_PTRACE,SYS_ADMIN'],
      // Podman's own limits may be more than a container is allowed here.
      ...['--ulimit', 'nofile=20000:20000', '--ulimit', 'nproc=30000:30000'],
      ...['--volume', `${this.#files}:/files:ro`, '--rootfs', `${debRoot}:O`],
      '/lib/systemd/systemd',
    ]);
    await waitFor(async () => (await this.run('systemctl is-system-running')) === 'running', {
      what: 'the machine to boot',
      everyMs: 50,
    });
  }

  /** What a shell command prints, errors and all. @throws {CommandFailedError} */
  async run(command: string): Promise<string> {
    return (await this.#shell.run(command)).trim();
  }

  /** A property of a unit: `property('bird', 'MainPID')`. */
  property(unit: string, name: string): Promise<string> {
    return this.run(`systemctl show --value --property ${name} ${unit}`);
  }

  /** Waits until a command ends with 0 and prints what matches; gives what it printed. */
  async until(command: string, pattern: RegExp): Promise<string> {
    let last = '';
    const matches = async (): Promise<boolean> => {
      last = await this.run(command);
      return pattern.test(last);
    };
    try {
      await waitFor(matches, { what: `"${command}" to print ${pattern}`, everyMs: 100 });
      return last;
    } catch (error) {
      const journal = await this.run('journalctl --no-pager --output cat --lines 40');
      throw new Error(`it printed last:\n${last}\nand the journal ends with\n${journal}`, {
        cause: error,
      });
    }
  }

  /** What a program has written to the journal, line by line. */
  async journal(program: string): Promise<readonly string[]> {
    const command = `journalctl --sync; journalctl --no-pager --output cat --identifier ${program}`;
    return (await this.run(command)).split('\n');
  }

  /** Ends and removes it. */
  dispose(): void {
    this.#remove();
    this.#forget();
  }

  #remove(): void {
    spawnSync('podman', [...this.#options, 'rm', '--force', '--time', '0', NAME]);
    waitUntilUnused(this.#dir);
    // Podman's own mount of its storage stays when two of its processes ended at the same time.
    spawnSync('umount', ['--lazy', join(this.#dir, 'root/overlay')]);
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }

  /** A storage of its own: nothing that podman does elsewhere on this machine meets it. */
  get #options(): readonly string[] {
    return [
      ...['--root', join(this.#dir, 'root'), '--runroot', join(this.#dir, 'run')],
      ...['--tmpdir', join(this.#dir, 'tmp'), '--storage-driver', 'overlay'],
      ...['--runtime', 'runc', '--cgroup-manager=cgroupfs', '--events-backend=file'],
    ];
  }
}

/**
 * Podman tidies up after a container by processes of its own, in the folder that is to be removed. Waits for their end, and
 * lets nothing else happen meanwhile, since this may be the end of the process.
 */
function waitUntilUnused(dir: string): void {
  const deadline = performance.now() + DEADLINE_MS;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (isNamedByProcess(dir) && performance.now() < deadline) {
    Atomics.wait(pause, 0, 0, 20);
  }
}

/** Whether a process was started with this text in its arguments. */
function isNamedByProcess(text: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return /^\d/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      // It has just ended.
      return false;
    }
  });
}
