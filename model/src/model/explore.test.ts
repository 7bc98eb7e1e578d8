import { expect, test } from 'vitest';
import { budgetOf, plans } from './explorations.ts';
import { Explorer, firstWorld } from './explore.ts';

/** Half a minute on an idle machine. */
const TIMEOUT_MS = 300_000;

test('in every order of events all invariants hold, and everything drains', {
  timeout: TIMEOUT_MS,
}, async () => {
  let states = 0;
  for (const plan of plans) {
    const result = await new Explorer().explore(firstWorld(budgetOf(plan), plan.partitions));
    expect(result.violation, JSON.stringify(plan)).toBeUndefined();
    states += result.states;
  }
  expect(states).toBeGreaterThan(1_000_000);
});
