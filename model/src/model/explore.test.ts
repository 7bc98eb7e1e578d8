import { expect, test } from 'vitest';
import { explorePlan, smallPlans } from './explorations.ts';

test.each(smallPlans)(
  'in every order of $faults all invariants hold, and everything drains',
  async (plan) => {
    expect((await explorePlan(plan)).violation).toBeUndefined();
  },
);
