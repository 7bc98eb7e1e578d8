import { waitUntil } from '../programs/wait.ts';
import { NoEffect } from './fault.ts';
import { isComplete } from './recovery.ts';
import type { System } from './system.ts';

type Grouped = Pick<System, 'fleet' | 'pipeline'>;

/**
 * Runs an action during which the group must not rebalance. Waits first until the group is stable with
 * exactly the running consumers, so that earlier changes cannot trigger a rebalance.
 * @throws NoEffect if there was a rebalance
 */
export async function withoutRebalance(system: Grouped, work: () => Promise<void>): Promise<void> {
  await waitUntil(() => isComplete(system));
  const { joins } = system.fleet;
  await work();
  if (system.fleet.joins !== joins) throw new NoEffect('the group rebalanced');
}
