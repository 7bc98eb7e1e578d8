import { expect, test } from 'vitest';
import { budgetOf, plans } from './explorations.ts';
import { Explorer, firstWorld } from './explore.ts';

test('in every order of events all invariants hold, and everything drains', async () => {
  let states = 0;
  for (const plan of plans) {
    const result = await new Explorer().explore(firstWorld(budgetOf(plan), plan.partitions));
    expect(result.violation, JSON.stringify(plan)).toBeUndefined();
    states += result.states;
  }
  expect(states).toBeGreaterThan(1_000_000);
});
