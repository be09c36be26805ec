/** Each BIRD reads what is printed by the rules of Calico 3: every term of a session, every rule of a filter, every extra. */
import { expect, test } from 'vitest';
import { readProgramVersion } from '../../src/apply/bird-version.js';
import { checkFileSet } from '../../src/apply/check/check-once.js';
import { systemClock } from '../../src/base/clock.js';
import { BIRDS, checkersOf } from '../support/birds.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { everythingOfV3, v3Printer } from '../support/v3-plan.js';

const ROLES = ['node', 'reflector'] as const;
const cases = BIRDS.flatMap((bird) => ROLES.map((role) => ({ ...bird, role })));

test.each(cases)(
  '$kind takes everything that a $role may be told, and warns of nothing',
  async ({ role, ...bird }) => {
    const version = await readProgramVersion(bird.bird, systemClock);
    const print = await v3Printer(bird.dialect, version);

    const logger = new RecordingLogger();
    const refusals = await checkFileSet(print(everythingOfV3(role)), checkersOf(bird), {
      clock: systemClock,
      logger,
    });

    expect(refusals).toEqual([]);
    expect(logger.lines).toEqual([]);
  },
);
