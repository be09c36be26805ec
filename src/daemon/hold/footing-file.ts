/** What is kept of the state that stands, for the next start: without it a restart would hold nothing. */

import * as v from 'valibot';

import { withoutCommonEnds } from '../../base/common-ends.js';
import type { Logger } from '../../base/logger.js';
import type { Host } from '../../plan/host.js';
import { KeptFile } from '../kept-file.js';
import { PARTS } from './losses.js';

const Names = v.pipe(v.array(v.string()), v.readonly());

const FootingFact = v.object({
  role: v.picklist(['node', 'reflector']),
  node: v.string(),
  hasOwn: v.boolean(),
  hasOthers: v.boolean(),
  sessions: Names,
  blocks: Names,
  pools: Names,
  /** When a later state is held back, the parts for which it is; none where it is held for another reason. */
  heldFor: v.optional(v.pipe(v.array(v.picklist(PARTS)), v.readonly())),
  /** The newest word of an operator that counted, of those that the datastore has. */
  consent: v.optional(v.string()),
  store: v.optional(v.object({ id: v.string(), revision: v.number() })),
});

/** What stands came from a state like this one, of this host and store. */
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
    const nothing = { hasOwn: false, hasOthers: false, sessions: [], blocks: [], pools: [] };
    this.#kept = { role, node, ...nothing };
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

  /** What is known of this host, if anything is; what is kept of another one is of no use. */
  async read(): Promise<{ readonly footing: FootingFact; readonly isKnown: boolean }> {
    const { role, nodeName } = this.#host;
    const known = await this.#file.read();
    this.#kept = known.role === role && known.node === nodeName ? known : this.#file.none;
    return { footing: this.#kept, isKnown: this.#kept !== this.#file.none };
  }

  /**
   * Keeps `fact`. A revision that has merely gone up is not worth a write to the disk at each pass: the older one stands as
   * well for "no older than this". Nor is one of thousands of sessions at another address.
   */
  async write(fact: FootingFact): Promise<void> {
    const wentBack = (fact.store?.revision ?? 0) < (this.#kept.store?.revision ?? 0);
    if (wentBack || !isAlike(fact, this.#kept)) {
      this.#kept = fact;
    }
    await this.#file.write(this.#kept);
  }
}

function isAlike(a: FootingFact, b: FootingFact): boolean {
  return PARTS.every((part) => isListAlike(a[part], b[part])) && factsOf(a) === factsOf(b);
}

function factsOf({ store, sessions, blocks, pools, ...facts }: FootingFact): string {
  return JSON.stringify([Object.entries(facts).sort(), store?.id]);
}

/** Whether they have as many names, of which all but one in a hundred are surely the same. */
function isListAlike(a: readonly string[], b: readonly string[]): boolean {
  const [differing] = withoutCommonEnds(a, b);
  return a.length === b.length && differing.length * 100 <= a.length;
}
