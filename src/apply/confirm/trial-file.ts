/**
 * What is known of a generation on trial, and of the last one that failed its trial. Kept on disk: a start after a crash has to
 * know what BIRD undoes, or has undone, by itself.
 */

import { unlinkSync } from 'node:fs';

import * as v from 'valibot';

import type { Logger } from '../../base/logger.js';
import { systemErrorCode } from '../../base/system-error.js';
import { fileError } from '../apply-error.js';
import { readTextIfThere, replaceFile } from '../disk/small-file.js';

const Daemon = v.picklist(['bird', 'bird6']);
const Trial = v.object({
  sequence: v.number(),
  digest: v.string(),
  /** When BIRD undoes it, in milliseconds since 1970. */
  until: v.number(),
  /** When sessions have to be there again, in milliseconds of the machine's monotonic clock; and when BIRD undoes it. */
  dueMs: v.number(),
  restartsDueMs: v.number(),
  undoMs: v.number(),
  birds: v.array(
    v.object({
      daemon: Daemon,
      process: v.string(),
      /** Sessions that were Established before. Those that BIRD doesn't have any more were removed. */
      awaited: v.array(v.string()),
      /** Of those, by the names that they have now, the ones that the reload restarts by forecast. */
      restarting: v.array(v.string()),
    }),
  ),
});
const Quarantine = v.object({
  sequence: v.number(),
  digest: v.string(),
  reason: v.string(),
  /** Milliseconds since 1970. */
  since: v.number(),
  /** The BIRD processes that ran then: with others it is tried again. */
  processes: v.array(v.object({ daemon: Daemon, process: v.string() })),
});
const Content = v.object({
  trial: v.exactOptional(Trial),
  quarantine: v.exactOptional(Quarantine),
});

/** A generation that BIRD undoes unless it is confirmed. */
export type Trial = v.InferOutput<typeof Trial>;

/** A BIRD that has a generation on trial. */
export type TrialBird = Trial['birds'][number];

/** A file set that failed its trial. */
export type Quarantine = v.InferOutput<typeof Quarantine>;

/** See the head of this file. */
export class TrialFile {
  readonly #path: string;
  #content: v.InferOutput<typeof Content> = {};

  constructor(path: string) {
    this.#path = path;
  }

  get trial(): Trial | undefined {
    return this.#content.trial;
  }

  get quarantine(): Quarantine | undefined {
    return this.#content.quarantine;
  }

  /** Takes in what the last run knew; a file that can't be understood is as good as none, and said. */
  read(logger: Logger): void {
    const text = readTextIfThere(this.#path);
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Content), text);
    this.#content = parsed.success ? parsed.output : {};
    if (!parsed.success && text !== undefined) {
      logger.warn(
        { file: this.#path },
        'what was on trial cannot be read; what failed its trial may be tried again',
      );
    }
  }

  /** @throws {ApplyError} when it can't be kept for the next start; it is known all the same */
  set({ trial, quarantine }: { readonly trial?: Trial; readonly quarantine?: Quarantine }): void {
    const content = { ...(trial && { trial }), ...(quarantine && { quarantine }) };
    this.#content = content;
    try {
      if (Object.keys(content).length > 0) {
        replaceFile(this.#path, JSON.stringify(content));
      } else {
        removeIfThere(this.#path);
      }
    } catch (error) {
      throw fileError(`cannot keep in ${this.#path} what is on trial`, error);
    }
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') {
      throw error;
    }
  }
}
