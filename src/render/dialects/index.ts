/** Which dialect a BIRD speaks, by what it says its version is. */

import { ok, type Result, refused } from '../../base/result.js';
import { bird1, calico } from './bird1.js';
import { bird2, bird3 } from './bird2.js';
import type { Dialect, DialectName } from './dialect.js';

export type { Dialect, DialectName } from './dialect.js';

/** A version of BIRD. */
export interface BirdVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Calico's fork, which has `krt_tunnel`. */
  readonly isCalicoFork: boolean;
}

/**
 * The version in what BIRD says of itself: `BIRD version 2.0.12`, or of Calico's fork
 * `BIRD version v0.3.3+birdv1.6.8`.
 */
export function parseBirdVersion(text: string): BirdVersion | undefined {
  const fork = /v[\d.]+\S*\+birdv(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  const match = fork ?? /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match === null
    ? undefined
    : {
        major: Number(match[1]),
        minor: Number(match[2]),
        patch: Number(match[3] ?? 0),
        isCalicoFork: fork !== null,
      };
}

/**
 * The dialect called `name`, or with `auto` the one of `version`.
 *
 * The version also says what a dialect can do; without one (rendering on a host that has no BIRD) the newest of its
 * line is taken.
 */
export function dialectFor(
  name: DialectName | 'auto',
  version: BirdVersion | undefined,
): Result<Dialect> {
  switch (name) {
    case 'bird1':
      return ok(bird1);
    case 'calico':
      return ok(calico);
    case 'bird2':
      return ok(
        bird2({
          method: hasSince(version, 2, [0, 12]) ? 'on-link-import' : 'none',
          namesAuthentication: hasSince(version, 2, [17, 0]),
        }),
      );
    case 'bird3':
      return ok(
        bird3({
          // The attribute `onlink` came back with 3.2.
          method: hasSince(version, 3, [2, 0]) ? 'on-link-import' : 'none',
          namesAuthentication: hasSince(version, 3, [1, 0]),
        }),
      );
    case 'auto':
      return dialectOf(version);
  }
}

function dialectOf(version: BirdVersion | undefined): Result<Dialect> {
  if (version === undefined) {
    return refused('there is no BIRD to ask for its version; set --dialect');
  }
  if (version.isCalicoFork) {
    return dialectFor('calico', version);
  }
  switch (version.major) {
    case 1:
      return dialectFor('bird1', version);
    case 2:
      return dialectFor('bird2', version);
    case 3:
      return dialectFor('bird3', version);
    default:
      return refused(
        `BIRD ${version.major}.${version.minor} is none of the lines 1, 2 and 3 that birdkeeper knows; set --dialect`,
      );
  }
}

/** Whether a BIRD of line `major` has what came with `since`. One of another line, or none, is taken for the newest. */
function hasSince(
  version: BirdVersion | undefined,
  major: number,
  [minor, patch]: readonly [number, number],
): boolean {
  return (
    version?.major !== major ||
    version.minor > minor ||
    (version.minor === minor && version.patch >= patch)
  );
}
