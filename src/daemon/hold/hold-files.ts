/**
 * The files of a hold, in the state directory. By them it outlives a restart, and an operator's `birdkeeper release` reaches
 * the daemon: where both are, in a container too, there is this folder.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import * as v from 'valibot';
import { replaceSynced } from '../kept-file.js';
import { readJson } from '../read-json.js';

const HeldState = v.object({
  /** Digest of the files that are held back. */
  state: v.string(),
  key: v.string(),
  reason: v.string(),
  /** Why the state came about: the first of the keys that changed. */
  causes: v.pipe(v.array(v.string()), v.readonly()),
  /** Since when, in milliseconds since 1970. */
  since: v.number(),
});

/** A state that is held back. */
export type HeldState = v.InferOutput<typeof HeldState>;

const Release = v.object({ state: v.string() });

/** What is held back, and what is let through. Either side may find the file of the other gone at any time. */
export class HoldFiles {
  readonly #heldPath: string;
  readonly #releasePath: string;

  constructor(stateDir: string) {
    this.#heldPath = join(stateDir, 'held.json');
    this.#releasePath = join(stateDir, 'release.json');
  }

  /** What is held back; `undefined` when nothing is. */
  held(): Promise<HeldState | undefined> {
    return readAs(HeldState, this.#heldPath);
  }

  /** Says what is held back, or that nothing is. */
  async tellHeld(held: HeldState | undefined): Promise<void> {
    if (held === undefined) {
      await rm(this.#releasePath, { force: true });
      await rm(this.#heldPath, { force: true });
    } else {
      await replaceSynced(this.#heldPath, JSON.stringify(held));
    }
  }

  /** The state that an operator lets through, if there is one. */
  async released(): Promise<string | undefined> {
    return (await readAs(Release, this.#releasePath))?.state;
  }

  /** Lets a state through. */
  async release(state: string): Promise<void> {
    await replaceSynced(this.#releasePath, JSON.stringify({ state }));
  }
}

/** What a file holds; one that can't be understood is as good as none. @throws errors of the file system */
async function readAs<T>(
  schema: v.GenericSchema<unknown, T>,
  path: string,
): Promise<T | undefined> {
  const found = await readJson(schema, path);
  return found === 'unreadable' ? undefined : found;
}
