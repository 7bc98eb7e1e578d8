import type { Snapshot } from '../collect/snapshot.ts';
import type { StatsMetrics } from '../metrics.ts';

/** Exports a snapshot as metrics; an unknown value has no series. */
export function createObserver(
  { lagSeconds, openDeadLetters, lastVerify, verifyDifferences }: StatsMetrics,
  { topics, groupId: consumergroup }: { readonly topics: readonly string[]; readonly groupId: string },
) {
  return (snapshot: Snapshot | undefined): void => {
    for (const gauge of [lagSeconds, openDeadLetters, lastVerify, verifyDifferences]) gauge.reset();
    if (snapshot === undefined) return;
    for (const topic of topics) openDeadLetters.set({ consumergroup, topic }, 0);
    for (const { topic, count } of snapshot.openDeadLetters)
      openDeadLetters.set({ consumergroup, topic }, Number(count));
    for (const { topic, partition, secondsBehind } of snapshot.partitions)
      if (secondsBehind !== null) lagSeconds.set({ consumergroup, topic, partition }, secondsBehind);
    if (snapshot.verification === null) return;
    lastVerify.set({ consumergroup }, Date.parse(snapshot.verification.verifiedAt) / 1_000);
    verifyDifferences.set({ consumergroup }, Number(snapshot.verification.differences));
  };
}
