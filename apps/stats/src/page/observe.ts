import type { PipelineName } from '@pipeline/db';
import { createStatsMetrics, type Metrics } from '@pipeline/runtime';
import type { Snapshot } from '../collect/snapshot.ts';

/** Exports a snapshot as metrics; an unknown value has no series. */
export function createObserver(metrics: Metrics, { topic, groupId: consumergroup }: PipelineName) {
  const { lagSeconds, openDeadLetters } = createStatsMetrics(metrics);
  return (snapshot: Snapshot | undefined): void => {
    lagSeconds.reset();
    openDeadLetters.reset();
    if (snapshot === undefined) return;
    openDeadLetters.set({ topic }, Number(snapshot.totals.openDeadLetters));
    for (const { partition, secondsBehind } of snapshot.partitions)
      if (secondsBehind !== null) lagSeconds.set({ consumergroup, topic, partition }, secondsBehind);
  };
}
