/**
 * Notices another program that writes the files which we write: a confd that was left running in calico/node, for one. It puts files of
 * its own into the places of our links, we put the links back, and BIRD is given now the one and now the other.
 */

import type { Clock } from '../../base/clock.js';
import type { Layout } from '../layout.js';
import { isPlainFile } from './fixed-links.js';

/** How long after its last file nothing is said of it any more. */
const FORGET_MS = 600_000;

/** What a watch needs. */
export interface OtherWriterOptions {
  readonly layout: Layout;
  readonly clock: Clock;
  /** Told when it is forgotten. That it was found is known after an attempt. */
  readonly onForgotten: () => void;
}

/** See the head of this file. */
export class OtherWriter {
  readonly #options: OtherWriterOptions;
  /** Where links of ours have been since the start: what stood there before is nobody's fault. */
  readonly #links = new Set<string>();
  #path: string | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: OtherWriterOptions) {
    this.#options = options;
  }

  /** Where a file was found last in the place of a link of ours; `undefined` when that is long ago. */
  get path(): string | undefined {
    return this.#path;
  }

  /** Looks at places that have links of ours, or get them now: before it is done. */
  look(names: readonly string[]): void {
    const { layout, clock, onForgotten } = this.#options;
    const taken = names
      .filter((name) => this.#links.has(name))
      .map((name) => layout.fixedPath(name))
      .find(isPlainFile);
    for (const name of names) {
      this.#links.add(name);
    }
    if (taken === undefined) {
      return;
    }
    this.#path ??= taken;
    this.#cancel?.();
    this.#cancel = clock.after(FORGET_MS, () => {
      this.#path = undefined;
      onForgotten();
    });
  }

  close(): void {
    this.#cancel?.();
  }
}
