import { expect, test } from 'vitest';
import { explorePlan, longPlans } from './explorations.ts';

/** A minute on an idle machine. */
const TIMEOUT_MS = 1_800_000;

test('in every order of events all invariants hold, and everything drains', {
  timeout: TIMEOUT_MS,
}, async () => {
  let states = 0;
  for (const plan of longPlans) {
    const result = await explorePlan(plan);
    expect(result.violation, JSON.stringify(plan)).toBeUndefined();
    states += result.states;
  }
  expect(states).toBeGreaterThan(1_000_000);
});
