/**
 * A place on this host whose files say what the datastore doesn't hold: a folder of secrets, Felix's endpoint status, a file of
 * services. Each file, or each part of one, is an entry; its key names the setting and the file: `secrets-dir:/run/secrets/bgp/tor`.
 */

import { AdvisedError } from '../../base/advised-error.js';
import type { Result } from '../../base/result.js';

/** Contents by key. One that can't be read has the reason in its place. */
export type PlaceEntries = ReadonlyMap<string, Result<string>>;

/** One such place. */
export interface Place {
  /** The name of its setting, which its keys begin with: `secrets-dir`. */
  readonly setting: string;
  readonly path: string;
  /** What the keys of all that it says begin with. */
  readonly keyPrefix: string;
  /** Given for a folder: how many levels of folders below it count. */
  readonly depth?: number;
  /** Whether it may well be missing: then it says nothing, and nobody has to know. */
  readonly isOptional: boolean;
  /**
   * What it holds now; undefined when it is missing.
   *
   * @throws {SourceError} when it can't be read as a whole
   */
  read(): Promise<PlaceEntries | undefined>;
}

/** A place can't be read. */
export class SourceError extends AdvisedError {
  override readonly name = 'SourceError';
}

/** The key of what a place says in its file at `path`. */
export function keyOfFile({ setting }: Pick<Place, 'setting'>, path: string): string {
  return `${setting}:${path}`;
}
