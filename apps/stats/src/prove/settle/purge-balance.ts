import type { PurgedRows } from '@pipeline/db/prove';
import type { TopicPartition } from '@pipeline/kafka';

/** Events that are absent and older than the limit of a purge. */
export interface PurgeCandidates {
  /** By the earliest limit that their time is before, in microseconds since 1970. */
  readonly limit: bigint;
  readonly events: number;
  /** Of these, the events that the present definition rejects: they may have been dead letters. */
  readonly rejected: number;
}

/**
 * How many more events are absent than the purges have removed. A purge may have removed any event that is older than
 * its limit, so the events after each limit are compared with the purges that have a later one.
 */
export function countExcess(candidates: readonly PurgeCandidates[], removed: PurgedRows['events']): number {
  const changes = [
    ...candidates.map(({ limit, events }) => ({ limit, change: events })),
    ...removed.map(({ before, rows }) => ({ limit: before, change: -Number(rows) })),
  ];
  const limits = [...new Set(changes.map(({ limit }) => limit))];
  const excesses = limits.map((limit) =>
    changes.reduce((sum, one) => sum + (one.limit >= limit ? one.change : 0), 0),
  );
  return Math.max(0, ...excesses);
}

/** The number of dead letters of a partition that purges have removed. */
export function purgedLetters({ deadLetters }: PurgedRows, { topic, partition }: TopicPartition): number {
  const found = deadLetters.find((one) => one.topic === topic && one.partition === partition);
  return Number(found?.rows ?? 0n);
}
