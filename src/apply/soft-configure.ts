/**
 * How a BIRD 3 is told to load a configuration while it doesn't export yet.
 *
 * A `configure` that changes the export filter of a channel which is up, but has not begun to export, ends BIRD 3 with a
 * segmentation fault: `channel_refeed` (nest/proto.c) calls a hook of a request that isn't there. Seen with each line from
 * 3.1 to 3.4.0, every time. A kernel protocol exports from its first scan on, a second after it was added; with `bird -R`
 * nothing is exported before graceful restart (RFC 4724) is over, for up to 60 s. The text can't avoid it: BIRD compares
 * filters with all that they call, and which blocks are announced is in a filter.
 *
 * `configure soft` changes the filters without asking for that refeed, and `reload filters all` asks for it in a way that
 * does no harm: together they do what `configure` does. Otherwise the plain command is used: it reloads what changed alone.
 */

import { type Clock, delay } from '../base/clock.js';
import type { BirdDaemon } from '../render/file-set.js';
import type { BirdInstance } from './bird-instance.js';
import {
  BirdSocketError,
  ControlClient,
  type ControlClientOptions,
  queryBird,
} from './birdc/control-client.js';
import type { BirdReply } from './birdc/reply-reader.js';
import { statusOf } from './birdc/show-status.js';

const TIMEOUT_MS = 5_000;
/** Of the built-in templates. An operator's own may name theirs otherwise. */
const KERNEL_PROTOCOLS = '"kernel*"';
/** "No protocols match" (BIRD's doc/reply_codes). */
const NONE_MATCH = '8003';
const RELOAD_FILTERS = 'reload filters all';
const DONE = '0000';
const IDLE_WAIT_MS = 50;
const NEVER = new AbortController().signal;

/** Which process of each BIRD loaded softly and has not been told to reload its filters. */
export interface OwedReloads {
  get(daemon: BirdDaemon): string | undefined;
  /** @throws {ApplyError} when it can't be kept: then nothing may be loaded softly */
  set(daemon: BirdDaemon, process: string): void;
  delete(daemon: BirdDaemon): void;
}

/** What is known of each BIRD in this respect. A BIRD is given with the process that it is (`BirdProcess.identify`). */
export class SoftConfigure {
  readonly #clock: Clock;
  /** Which process was found to be of another line. */
  readonly #sturdy = new Map<BirdDaemon, string>();
  readonly #owing: OwedReloads;

  /** @param owing - kept over a restart, so that the next start makes up for what this one owes */
  constructor(clock: Clock, owing: OwedReloads) {
    this.#clock = clock;
    this.#owing = owing;
  }

  /**
   * Whether the next `configure` has to be soft. `finish` has to follow once it was taken.
   *
   * @throws {BirdSocketError} when BIRD was there and didn't say
   * @throws {ApplyError} when it has to be soft, and what is owed for that can't be kept
   */
  async isDue(bird: BirdInstance, process: string | undefined): Promise<boolean> {
    const { daemon, socketPath } = bird;
    if (process === undefined || this.#sturdy.get(daemon) === process) {
      return false;
    }
    const options = { socketPath, clock: this.#clock, timeoutMs: TIMEOUT_MS };
    let client: ControlClient;
    try {
      client = await ControlClient.connect(options);
    } catch (error) {
      if (error instanceof BirdSocketError) {
        // Nobody is there: the client that is told to configure will say so.
        return false;
      }
      throw error;
    }
    try {
      if (!/^BIRD 3\./.test(await client.banner())) {
        this.#sturdy.set(daemon, process);
        return false;
      }
      const isSoft = this.#owing.get(daemon) === process || (await waitsToExport(client));
      if (isSoft) {
        this.#owing.set(daemon, process);
      }
      return isSoft;
    } finally {
      client.close();
    }
  }

  /**
   * Has BIRD put all routes through their filters anew, which a soft configure leaves out.
   *
   * @param isQueued - whether the new filters wait behind another reconfiguration: then its end is waited for
   * @throws {BirdSocketError} also when BIRD doesn't take the command, or isn't done with the other reconfiguration in time
   */
  async finish({ daemon, socketPath }: BirdInstance, isQueued: boolean): Promise<void> {
    const options = { socketPath, clock: this.#clock, timeoutMs: TIMEOUT_MS };
    if (isQueued) {
      await this.#untilIdle(options);
    }
    const { code, lines } = await queryBird(options, RELOAD_FILTERS);
    // A protocol that can't do so (direct) says that it failed, and has no filter that changes; the last line is about all.
    if (code !== DONE) {
      const answer = lines.at(-1)?.text ?? '';
      throw new BirdSocketError(socketPath, `BIRD answered "${answer}" to "${RELOAD_FILTERS}"`);
    }
    this.#owing.delete(daemon);
  }

  async #untilIdle(options: ControlClientOptions): Promise<void> {
    const endMs = this.#clock.monotonic() + TIMEOUT_MS;
    while (!isIdle(await queryBird(options, 'show status'))) {
      if (this.#clock.monotonic() > endMs) {
        throw new BirdSocketError(options.socketPath, 'BIRD is still busy with the reload before');
      }
      await delay(this.#clock, IDLE_WAIT_MS, NEVER);
    }
  }
}

/** Whether no reconfiguration is under way, by the answer to `show status` or `configure status`. */
export function isIdle({ lines }: BirdReply): boolean {
  return lines.some(({ text }) => text.startsWith('Daemon is up and running'));
}

async function waitsToExport(client: ControlClient): Promise<boolean> {
  const [status, kernel] = await Promise.all([
    client.query('show status'),
    client.query(`show protocols all ${KERNEL_PROTOCOLS}`),
  ]);
  if (statusOf(status).recovery !== undefined) {
    return true;
  }
  return hasWaitingExport(
    kernel.code === NONE_MATCH ? await client.query('show protocols all') : kernel,
  );
}

/**
 * Whether a channel that is up, and has an export filter, doesn't export, in what BIRD 3 answers to `show protocols all`.
 */
export function hasWaitingExport({ lines }: BirdReply): boolean {
  let isUp = false;
  let isExporting = true;
  for (const { text } of lines) {
    const [, label, value = ''] =
      /^ {4}(State|Export state|Output filter): +(\S+)/.exec(text) ?? [];
    if (label === 'State') {
      isUp = value === 'UP';
    } else if (label === 'Export state') {
      isExporting = value !== 'DOWN';
    } else if (label === 'Output filter' && isUp && !isExporting && value !== 'REJECT') {
      return true;
    }
  }
  return false;
}
