/** The judge of raw statements that asks the real BIRDs: the same for `run` and for commands that say what it would do. */

import type { BirdInstance } from '../apply/bird-instance.js';
import { type CheckOnceOptions, checkStatements } from '../apply/check/check-once.js';
import { STATEMENTS_FRAME } from '../render/statements-frame.js';
import type { Family } from '../values/family.js';
import { StatementJudge } from './judge-statements.js';

/** A judge that has asked nothing yet. */
export function statementJudge(
  birds: readonly BirdInstance[],
  options: CheckOnceOptions,
): StatementJudge {
  return new StatementJudge(({ family, statements }) =>
    checkStatements({ ...STATEMENTS_FRAME, statements }, birdFor(family, birds), options),
  );
}

/** The BIRD that reads filters of `family`: bird6 where IPv6 has one of its own. */
function birdFor(family: Family, birds: readonly BirdInstance[]): BirdInstance {
  const own = birds.find(({ daemon }) => daemon === (family === 'ipv6' ? 'bird6' : 'bird'));
  const bird = own ?? birds[0];
  if (bird === undefined) {
    throw new Error('every dialect has a BIRD');
  }
  return bird;
}
