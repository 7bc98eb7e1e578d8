import { type Exploration, Explorer, firstWorld, noFaults } from './explore.ts';
import { type Budget, both } from './world.ts';

/** How often each fault may happen, and the partitions that have records. */
export interface Plan {
  readonly faults: Partial<Budget>;
  readonly partitions: readonly number[];
  /** Number of their offsets; defaults to all. */
  readonly offsets?: number;
}

const one = [0];

/** Every fault, at most 100,000 states each. */
export const smallPlans: readonly Plan[] = [
  { faults: { crash: 1, lostReply: 1, lostCommit: 1 }, partitions: both },
  { faults: { restore: 1, crash: 1 }, partitions: both },
  { faults: { recreate: 1, purge: 1, retention: 1 }, partitions: both },
  { faults: { rebalance: 1, retention: 1, crash: 1 }, partitions: one },
  { faults: { crash: 1, lostReply: 1, purge: 1, redrive: 1 }, partitions: one },
  { faults: { truncate: 1, crash: 1 }, partitions: both },
  { faults: { rebalance: 1, crash: 1 }, partitions: both, offsets: 2 },
];

/** A million states, in a minute. */
export const longPlans: readonly Plan[] = [
  ...smallPlans,
  { faults: { rebalance: 2 }, partitions: one },
  { faults: { rebalance: 1, crash: 1, lostReply: 1, lostCommit: 1 }, partitions: one },
  { faults: { rebalance: 1, restore: 1 }, partitions: one },
  { faults: { rebalance: 1, recreate: 1, crash: 1 }, partitions: one },
  { faults: { rebalance: 1, truncate: 1 }, partitions: one },
];

/** What is explored: every order of these faults and of the members' steps. */
export const plans: readonly Plan[] = [
  ...longPlans,
  { faults: { rebalance: 2 }, partitions: both, offsets: 2 },
  { faults: { rebalance: 1 }, partitions: both },
];

/** Explores every state that is reachable by a plan. */
export async function explorePlan({ faults, partitions, offsets }: Plan): Promise<Exploration> {
  return await new Explorer().explore(firstWorld({ ...noFaults, ...faults }, partitions, offsets));
}
