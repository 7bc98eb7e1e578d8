import { noFaults } from './explore.ts';
import { type Budget, both } from './world.ts';

/** How often each fault may happen, and the partitions that have records. */
export interface Plan {
  readonly faults: Partial<Budget>;
  readonly partitions: readonly number[];
}

const one = [0];

/** What is explored: every order of these faults and of the members' steps. */
export const plans: readonly Plan[] = [
  { faults: { crash: 1, lostReply: 1, lostCommit: 1 }, partitions: both },
  { faults: { restore: 1, crash: 1 }, partitions: both },
  { faults: { recreate: 1, purge: 1, retention: 1 }, partitions: both },
  { faults: { rebalance: 2 }, partitions: one },
  { faults: { rebalance: 1, crash: 1, lostReply: 1, lostCommit: 1 }, partitions: one },
  { faults: { rebalance: 1, restore: 1 }, partitions: one },
  { faults: { rebalance: 1, recreate: 1, crash: 1 }, partitions: one },
  { faults: { rebalance: 1, retention: 1, crash: 1 }, partitions: one },
  { faults: { crash: 1, lostReply: 1, purge: 1, redrive: 1 }, partitions: one },
  { faults: { rebalance: 1, truncate: 1 }, partitions: one },
  { faults: { truncate: 1, crash: 1 }, partitions: both },
];

export function budgetOf({ faults }: Plan): Budget {
  return { ...noFaults, ...faults };
}
