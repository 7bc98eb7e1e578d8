import type { System } from './system.ts';
import { waitUntil } from './wait.ts';

type Grouped = Pick<System, 'fleet' | 'pipeline'>;

/**
 * Does something in the middle of which the group must not share out its partitions anew. What happened before may still
 * lead to that: it waits until the group has all those who run, and nobody else.
 * @throws Error when there was a rebalance
 */
export async function withoutRebalance(system: Grouped, work: () => Promise<void>): Promise<void> {
  await waitUntil(() => isStable(system));
  const { joins } = system.fleet;
  await work();
  if (system.fleet.joins !== joins) throw new Error('there was a rebalance');
}

async function isStable({ pipeline, fleet }: Grouped): Promise<boolean> {
  const { state, members } = await pipeline.describeGroup();
  return state === 'Stable' && members.length === fleet.running.length;
}
