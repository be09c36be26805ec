/**
 * What the files beside the datastore say, place by place.
 *
 * Always true: a place that can't be read, whose contents can't be understood as a whole, or that is missing and must not be, keeps
 * what was known of it. So it costs no session and no route for the moment in which somebody mounts or writes it anew.
 */

import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Problem } from '../../base/problem.js';
import type { Result } from '../../base/result.js';
import { FileWatch } from '../file-watch.js';
import { endpointStatusPlace, secretsPlace } from './folder-place.js';
import type { Place, PlaceEntries } from './place.js';
import { PlaceState } from './place-state.js';
import { servicesPlace } from './services-place.js';

/** Which places are used; none that isn't named. */
export interface SourceSettings {
  readonly secrets?: { readonly folder: string; readonly namespace: string };
  /** The folder in which Felix's folder `endpoint-status` is. */
  readonly endpointStatusPrefix?: string;
  readonly servicesFile?: string;
}

/** What sources need of the program. */
export interface SourceDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A place is read this often without any sign of a change, in milliseconds. */
const REREAD_MS = 30_000;
/** And this often while it is missing or can't be read. */
const RETRY_MS = 1_000;

/** See the head of this file. */
export class Sources {
  readonly #dependencies: SourceDependencies;
  readonly #places: readonly PlaceState[];

  constructor(settings: SourceSettings, dependencies: SourceDependencies) {
    this.#dependencies = dependencies;
    this.#places = placesOf(settings).map((place) => new PlaceState(place));
  }

  /** Reads all places once. What fails is a problem. */
  async read(): Promise<void> {
    await Promise.all(this.#places.map((state) => state.read()));
  }

  /** What stands in all places. */
  entries(): PlaceEntries {
    return new Map<string, Result<string>>(
      this.#places.flatMap(({ entries }) => [...(entries ?? [])]),
    );
  }

  /** What the keys begin with of places that could not be read yet: of what stands there nothing is known. */
  unknown(): readonly string[] {
    return this.#places.flatMap(({ entries, place }) =>
      entries === undefined ? [place.keyPrefix] : [],
    );
  }

  /** Places that are missing or can't be read. */
  problems(): readonly Problem[] {
    return this.#places.flatMap(({ problem }) => problem ?? []);
  }

  /** Follows all places until `signal` aborts, then resolves. `onRead` is told after each read. Rejects only with a bug. */
  async follow(onRead: () => void, signal: AbortSignal): Promise<void> {
    await Promise.all(this.#places.map((state) => this.#followPlace(state, onRead, signal)));
  }

  async #followPlace(state: PlaceState, onRead: () => void, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#dependencies;
    const { path, depth, setting } = state.place;
    const watch = new FileWatch({
      path,
      clock,
      settleMs: 50,
      settleMaxMs: 500,
      ...(depth !== undefined && { depth }),
    });
    logger.info({ path, setting }, 'following files beside the datastore');
    let armedFor: string | undefined;
    try {
      while (!signal.aborted) {
        const mark = await markOf(depth === undefined ? dirname(path) : path);
        if (mark !== armedFor) {
          armedFor = mark;
          // Before the read, so that no change falls between the two.
          await watch.arm();
        }
        await state.read();
        onRead();
        await watch.changed(state.isAway ? RETRY_MS : REREAD_MS, signal);
      }
    } finally {
      await watch.close();
    }
  }
}

function placesOf({
  secrets,
  endpointStatusPrefix,
  servicesFile,
}: SourceSettings): readonly Place[] {
  return [
    ...(secrets === undefined ? [] : [secretsPlace(secrets.folder, secrets.namespace)]),
    ...(endpointStatusPrefix === undefined ? [] : [endpointStatusPlace(endpointStatusPrefix)]),
    ...(servicesFile === undefined ? [] : [servicesPlace(servicesFile)]),
  ];
}

/** Which folder is at `path` now: another one may have taken its place, and a watch stays with the old one. */
async function markOf(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(path);
    return `${await realpath(path)} ${dev} ${ino}`;
  } catch {
    return 'none';
  }
}
