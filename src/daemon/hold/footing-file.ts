/** What is kept of the state that stands, for the next start: without it a restart would hold nothing. */

import * as v from 'valibot';

import type { Logger } from '../../base/logger.js';
import type { Host } from '../../plan/host.js';
import { KeptFile } from '../kept-file.js';

const FootingFact = v.object({
  role: v.picklist(['node', 'reflector']),
  node: v.string(),
  hasOwn: v.boolean(),
  hasOthers: v.boolean(),
  sessions: v.number(),
  isHeld: v.boolean(),
  store: v.optional(v.object({ id: v.string(), revision: v.number() })),
});

/** What stands came from a state like this one, of this host and store; `isHeld` when a later state is held back. */
export type FootingFact = v.InferOutput<typeof FootingFact>;

/** Where the footing of what stands is kept, and for which host. */
export interface FootingFileOptions {
  readonly stateDir: string;
  readonly host: Pick<Host, 'role' | 'nodeName'>;
  readonly logger: Logger;
}

/** `footing.json` in the state directory. */
export class FootingFile {
  readonly #file: KeptFile<FootingFact>;
  readonly #host: FootingFileOptions['host'];
  #kept: FootingFact;

  constructor({ stateDir, host, logger }: FootingFileOptions) {
    const { role, nodeName: node } = host;
    this.#host = host;
    this.#kept = { role, node, hasOwn: false, hasOthers: false, sessions: 0, isHeld: false };
    this.#file = new KeptFile<FootingFact>({
      stateDir,
      name: 'footing.json',
      schema: FootingFact,
      none: this.#kept,
      unreadable: 'what is known of the last state cannot be read; nothing is held back for it',
      unwritable: 'what is known of this state cannot be kept; a restart could not hold by it',
      logger,
    });
  }

  /** What is known of this host; what is kept of another one is of no use. */
  async read(): Promise<FootingFact> {
    const { role, nodeName } = this.#host;
    const known = await this.#file.read();
    this.#kept = known.role === role && known.node === nodeName ? known : this.#file.none;
    return this.#kept;
  }

  /**
   * Keeps `fact`. A revision that has merely gone up is not worth a write to the disk at each pass: the older one stands as
   * well for "no older than this".
   */
  async write(fact: FootingFact): Promise<void> {
    const wentBack = (fact.store?.revision ?? 0) < (this.#kept.store?.revision ?? 0);
    if (wentBack || withoutRevision(fact) !== withoutRevision(this.#kept)) {
      this.#kept = fact;
    }
    await this.#file.write(this.#kept);
  }
}

function withoutRevision({ store, ...fact }: FootingFact): string {
  return JSON.stringify([
    fact.role,
    fact.node,
    fact.hasOwn,
    fact.hasOthers,
    fact.sessions,
    fact.isHeld,
    store?.id,
  ]);
}
