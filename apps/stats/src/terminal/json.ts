import type { DeadLetterSummary } from '@pipeline/db/dead-letters';
import type { Latency } from '@pipeline/db/read';
import { type Snapshot, sumOf } from '../collect/snapshot.ts';

/**
 * The stable shape of `stats --json` and `/api/stats`: 64-bit numbers are strings, unknown values are null.
 * The total lag is null if that of any partition is.
 */
export function toJson({ generatedAt, totals, minutes, deadLetterGroups, partitions }: Snapshot) {
  return {
    schemaVersion: 1,
    generatedAt,
    events: {
      stored: String(totals.stored),
      duplicates: String(totals.duplicates),
      deadLettered: String(totals.deadLettered),
      skipped: String(totals.skipped),
    },
    minutes: toJsonMinutes(minutes),
    deadLetters: {
      open: String(totals.openDeadLetters),
      groups: deadLetterGroups.map((group) => ({ ...group, count: String(group.count) })),
    },
    partitions: partitions.map((partition) => ({
      ...partition,
      currentOffset: textOf(partition.currentOffset),
      endOffset: textOf(partition.endOffset),
      lag: textOf(partition.lag),
      secondsBehind: roundSeconds(partition.secondsBehind),
    })),
    lag: textOf(sumOf(partitions.map(({ lag }) => lag))),
    freshnessSeconds: roundSeconds(totals.freshnessSeconds),
  };
}

/** Counts per minute for JSON. */
export function toJsonMinutes(minutes: Snapshot['minutes']) {
  return minutes.map((minute) => ({ ...minute, count: String(minute.count) }));
}

/** A dead letter for JSON. */
export function toPlain({ id, offset, ...others }: DeadLetterSummary) {
  return { id: String(id), offset: String(offset), ...others };
}

function textOf(number: bigint | null): string | null {
  return number === null ? null : String(number);
}

/** Rounds to milliseconds. Clock skew against Postgres must not cause a negative age. */
export function roundSeconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.max(0, Math.round(seconds * 1_000) / 1_000);
}

/** Rounds to milliseconds. Clock skew against a producer must not cause a negative latency. */
export function roundLatency(latency: Latency | null): Latency | null {
  if (latency === null) return null;
  const [p50, p95, p99] = [latency.p50, latency.p95, latency.p99].map((one) => roundSeconds(one) ?? 0);
  return { p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0 };
}
