/**
 * The files of a rollback, in the state directory. `pin.json` is what an operator wants: `birdkeeper rollback` writes it and
 * `birdkeeper resume` removes it, whether a daemon runs or not. `pinned.json` is what the daemon made of it.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import * as v from 'valibot';

import type { Pin } from '../../apply/pinned.js';
import { replaceSynced } from '../kept-file.js';
import { readJson } from '../read-json.js';

const PinFact = v.object({ sequence: v.number(), digest: v.string(), at: v.number() });
const PinnedFact = v.object({
  /** Which pin it is about. */
  at: v.number(),
  /** The generation that stands for it. */
  standing: v.exactOptional(v.number()),
  /** Why BIRD doesn't run it; absent when it does. */
  reason: v.exactOptional(v.string()),
});

/** What the daemon made of a pin. */
export type PinnedFact = v.InferOutput<typeof PinnedFact>;

/** See the head of this file. */
export class PinFiles {
  readonly #pinPath: string;
  readonly #pinnedPath: string;

  constructor(stateDir: string) {
    this.#pinPath = join(stateDir, 'pin.json');
    this.#pinnedPath = join(stateDir, 'pinned.json');
  }

  /** What an operator wants. @throws errors of the file system */
  pin(): Promise<Pin | 'unreadable' | undefined> {
    return readJson(PinFact, this.#pinPath);
  }

  /** Pins a generation, or nothing. */
  async setPin(pin: Pin | undefined): Promise<void> {
    await replaceOrRemove(this.#pinPath, pin);
  }

  /** What the daemon made of it; one that can't be understood is as good as none. */
  async pinned(): Promise<PinnedFact | undefined> {
    const found = await readJson(PinnedFact, this.#pinnedPath);
    return found === 'unreadable' ? undefined : found;
  }

  /** Says what was made of it. */
  async tellPinned(fact: PinnedFact | undefined): Promise<void> {
    await replaceOrRemove(this.#pinnedPath, fact);
  }
}

async function replaceOrRemove(path: string, content: object | undefined): Promise<void> {
  if (content === undefined) {
    await rm(path, { force: true });
  } else {
    await replaceSynced(path, JSON.stringify(content));
  }
}
