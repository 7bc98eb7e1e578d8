import type { PipelineName } from '@pipeline/db/read';
import type { Snapshot } from '../collect/snapshot.ts';
import type { StatsMetrics } from '../metrics.ts';

/** Exports a snapshot as metrics; an unknown value has no series. */
export function createObserver(
  { lagSeconds, openDeadLetters }: StatsMetrics,
  { topic, groupId: consumergroup }: PipelineName,
) {
  return (snapshot: Snapshot | undefined): void => {
    lagSeconds.reset();
    openDeadLetters.reset();
    if (snapshot === undefined) return;
    openDeadLetters.set({ topic }, Number(snapshot.totals.openDeadLetters));
    for (const { partition, secondsBehind } of snapshot.partitions)
      if (secondsBehind !== null) lagSeconds.set({ consumergroup, topic, partition }, secondsBehind);
  };
}
