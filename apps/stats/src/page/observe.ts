import type { Snapshot } from '../collect/snapshot.ts';
import type { StatsMetrics } from '../metrics.ts';

/** Exports a snapshot as metrics; an unknown value has no series. */
export function createObserver(
  { lagSeconds, openDeadLetters }: StatsMetrics,
  { topics, groupId: consumergroup }: { readonly topics: readonly string[]; readonly groupId: string },
) {
  return (snapshot: Snapshot | undefined): void => {
    lagSeconds.reset();
    openDeadLetters.reset();
    if (snapshot === undefined) return;
    for (const topic of topics) openDeadLetters.set({ consumergroup, topic }, 0);
    for (const { topic, count } of snapshot.openDeadLetters)
      openDeadLetters.set({ consumergroup, topic }, Number(count));
    for (const { topic, partition, secondsBehind } of snapshot.partitions)
      if (secondsBehind !== null) lagSeconds.set({ consumergroup, topic, partition }, secondsBehind);
  };
}
