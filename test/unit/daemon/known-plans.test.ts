import { expect, test } from 'vitest';
import { KnownPlans } from '../../../src/daemon/known-plans.js';
import type { Plan } from '../../../src/plan/plan.js';

test('the plans that were applied last are known by their files, and no more than twenty', () => {
  const plans = new KnownPlans();
  const [first, second] = [{} as Plan, {} as Plan];
  plans.note('d1', first);
  plans.note('d2', second);
  for (let n = 3; n <= 20; n += 1) {
    plans.note(`d${n}`, {} as Plan);
  }
  plans.note('d1', first);

  plans.note('d21', {} as Plan);

  expect(plans.get('d1')).toBe(first);
  expect(plans.get('d2')).toBeUndefined();
  expect(plans.get(undefined)).toBeUndefined();
});
