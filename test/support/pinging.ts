/** Pings from a workload to another one, for as long as its network is there, and which of them were answered. */
import { readFile } from 'node:fs/promises';
import type { LabHost } from './lab-host.js';
import { waitFor } from './wait-for.js';

/** So many answers more say that it goes on. */
const SOME = 10;

/** Pings that go on. */
export class Pinging {
  readonly everyMs: number;
  readonly #logFile: string;

  /** Starts it, on a node of the walkthrough. */
  constructor(host: LabHost, everyMs: number) {
    this.everyMs = everyMs;
    this.#logFile = host.pingOn('192.168.0.2', '192.168.0.64', everyMs / 1000).logFile;
  }

  /** Waits until some pings more were answered. */
  async goesOn(): Promise<void> {
    const before = (await this.#answered()).length;
    const isMore = async (): Promise<boolean> => (await this.#answered()).length >= before + SOME;
    await waitFor(isMore, { what: 'answers to pings' });
  }

  /** How many were not answered, of those before the last one that was. */
  async lost(): Promise<number> {
    const answered = new Set(await this.#answered());
    return Math.max(0, ...answered) - answered.size;
  }

  /** The numbers of the pings that were answered; they count from 1. */
  async #answered(): Promise<readonly number[]> {
    const text = await readFile(this.#logFile, 'utf8');
    return Array.from(text.matchAll(/bytes from .* icmp_seq=(\d+) /g), ([, n]) => Number(n));
  }
}
