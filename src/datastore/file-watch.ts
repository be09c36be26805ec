/**
 * Tells when a file, or what is below a folder, may have changed: written in place, replaced by a rename, or by the swap of a
 * `..data` symlink as the kubelet does it.
 *
 * Two watches, since neither sees all: that of the file follows symbolic links to what they lead to now, and that of
 * its folder sees the links themselves change. Below a folder that is watched as a whole no link has to be followed: what the
 * links of the kubelet lead to lies below it too.
 */
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { type Clock, delay } from '../base/clock.js';

/** What a `FileWatch` needs. */
export interface FileWatchOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Given for a folder: how many levels of folders below it are watched with it. */
  readonly depth?: number;
  /** A change is told when the file has been left alone for this long: writers that don't rename take a while. */
  readonly settleMs: number;
  /** The longest that a busy writer can hold the telling back. */
  readonly settleMaxMs: number;
}

/** See the head of this file. */
export class FileWatch {
  readonly #options: FileWatchOptions;
  #watchers: readonly FSWatcher[] = [];
  #hasNews = false;
  #wake: () => void = () => {};

  constructor(options: FileWatchOptions) {
    this.#options = options;
  }

  /**
   * Watches (anew). Needed once the file has come into being: a watch of a file in a folder that doesn't exist
   * never tells anything. Needed too when another folder has taken the place of the one that is watched.
   */
  async arm(): Promise<void> {
    await this.close();
    const { path, depth } = this.#options;
    const file = resolve(path);
    this.#watchers = [
      depth === undefined
        ? watch(file, { ignoreInitial: true })
        : watch(await realpath(file).catch(() => file), {
            ignoreInitial: true,
            depth,
            followSymlinks: false,
          }),
      watch(dirname(file), {
        ignoreInitial: true,
        depth: 0,
        followSymlinks: false,
        ignored: (path) => path !== dirname(file) && path !== file && basename(path) !== '..data',
      }),
    ];
    await Promise.all(this.#watchers.map((watcher) => this.#attach(watcher)));
  }

  /** Counts as a change. */
  notify(): void {
    this.#hasNews = true;
    this.#wake();
  }

  /** Resolves when the file may have changed, or after `timeoutMs`, or when `signal` aborts. */
  async changed(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { clock, settleMs, settleMaxMs } = this.#options;
    if (!this.#hasNews) {
      await this.#news(timeoutMs, signal);
    }
    const deadline = clock.monotonic() + settleMaxMs;
    while (this.#hasNews && !signal.aborted && clock.monotonic() < deadline) {
      this.#hasNews = false;
      await delay(clock, settleMs, signal);
    }
    this.#hasNews = false;
  }

  /** Stops watching. */
  async close(): Promise<void> {
    const watchers = this.#watchers;
    this.#watchers = [];
    await Promise.all(watchers.map((watcher) => watcher.close()));
  }

  /** Resolves when the watch stands, or can't: without inotify watches left, say. Then the periodic reads remain. */
  #attach(watcher: FSWatcher): Promise<void> {
    return new Promise((resolve) => {
      watcher.on('all', () => this.notify());
      watcher.on('error', () => resolve());
      watcher.once('ready', () => resolve());
    });
  }

  async #news(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await delay(this.#options.clock, timeoutMs, AbortSignal.any([woken.signal, signal]));
    this.#wake = () => {};
  }
}
