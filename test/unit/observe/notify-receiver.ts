import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { folderForTest } from '../../support/folder.js';
import { waitFor } from '../../support/wait-for.js';

/** Prints each datagram, and a NUL after it. Node has no unix datagram sockets, and Perl is on every Debian. */
const RECEIVER = `use Socket;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($socket, pack_sockaddr_un($ARGV[0])) or die $!;
$| = 1;
while (defined recv($socket, my $text, 65536, 0)) { print "$text\\0"; }`;

/** What listens in systemd's place, for the test in hand. */
export class NotifyReceiver {
  readonly path: string;
  readonly #process: ChildProcess;
  #output = '';

  private constructor(path: string) {
    this.path = path;
    this.#process = spawn('/usr/bin/perl', ['-e', RECEIVER, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
  }

  /** Starts it; it ends with the test. */
  static async start(): Promise<NotifyReceiver> {
    const path = join(await folderForTest(), 'notify.sock');
    const receiver = new NotifyReceiver(path);
    onTestFinished(() => receiver.#stop());
    await waitFor(() => existsSync(path), { what: 'the socket' });
    return receiver;
  }

  /** The messages that came so far, each as its assignments; without the one by which a sender waits for the receiver. */
  get messages(): readonly (readonly string[])[] {
    return this.#output
      .split('\0')
      .slice(0, -1)
      .map((text) => text.trim().split('\n'))
      .filter(([first]) => first !== 'BARRIER=1');
  }

  /** Waits until at least `count` messages came; gives all. */
  async received(count: number): Promise<readonly (readonly string[])[]> {
    await waitFor(() => this.messages.length >= count, {
      what: `${count} messages, after ${JSON.stringify(this.messages)}`,
    });
    return this.messages;
  }

  async #stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
      return;
    }
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
