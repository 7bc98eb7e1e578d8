import type { DeadLetter } from '@pipeline/db';

/** Offsets of a partition; `next` is the first one that was not replayed. Decimal. */
export interface ReplayedRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: string;
  readonly to: string;
  readonly next: string;
}

/** Records that are rejected for the same reason. Contains no value of a record other than its type. */
export interface RejectedGroup {
  readonly reason: string;
  readonly eventType: string | null;
  readonly detail: string;
  readonly count: number;
  /** `TOPIC:PARTITION:OFFSET` of the first one. */
  readonly example: string;
}

/** What a replay has done, or would do. The most frequent types and problems come first. */
export interface ReplayReport {
  readonly schemaVersion: 1;
  readonly dryRun: boolean;
  /** Whether a signal ended it before all was read. */
  readonly isInterrupted: boolean;
  readonly ranges: readonly ReplayedRange[];
  readonly records: number;
  readonly stored: readonly { readonly eventType: string; readonly count: number }[];
  /** Events that are stored already. */
  readonly alreadyStored: number;
  /** Events that are not stored, because a purge may have removed them. */
  readonly purged: number;
  readonly rejected: readonly RejectedGroup[];
  /** Records that are no events by design. */
  readonly skipped: number;
  /** Offsets of batches that cannot be read. */
  readonly unreadable: number;
}

/** What has become of some records of a partition. */
export interface ReplayedRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
  readonly stored: ReadonlyMap<string, number>;
  /** Events, whatever has become of them, without those that were rejected. */
  readonly events: number;
  readonly purged: number;
  readonly rejected: readonly DeadLetter[];
}

/** Counts what becomes of records. */
export class ReplayTally {
  readonly #counts = { records: 0, alreadyStored: 0, purged: 0, skipped: 0, unreadable: 0 };
  readonly #stored = new Map<string, number>();
  readonly #rejected = new Map<string, RejectedGroup>();

  add({ topic, partition, records, stored, events, purged, rejected }: ReplayedRecords): void {
    for (const [type, count] of stored) this.#stored.set(type, (this.#stored.get(type) ?? 0) + count);
    for (const one of rejected) this.#reject(one, `${topic}:${partition}:${one.record.offset}`);
    this.#counts.records += records;
    this.#counts.purged += purged;
    this.#counts.alreadyStored += events - purged - sumOf(stored.values());
    this.#counts.skipped += records - events - rejected.length;
  }

  addUnreadable(offsets: number): void {
    this.#counts.unreadable += offsets;
  }

  #reject({ reason, eventType, detail }: DeadLetter, example: string): void {
    const key = JSON.stringify([reason, eventType, detail]);
    const { count, ...group } = this.#rejected.get(key) ?? { reason, eventType, detail, example, count: 0 };
    this.#rejected.set(key, { ...group, count: count + 1 });
  }

  report(run: Pick<ReplayReport, 'dryRun' | 'isInterrupted' | 'ranges'>): ReplayReport {
    const stored = [...this.#stored].map(([eventType, count]) => ({ eventType, count }));
    return {
      schemaVersion: 1,
      ...run,
      ...this.#counts,
      stored: mostFrequentFirst(stored),
      rejected: mostFrequentFirst([...this.#rejected.values()]),
    };
  }
}

/** The sum of some numbers. */
export function sumOf(numbers: Iterable<number>): number {
  return [...numbers].reduce((sum, one) => sum + one, 0);
}

function mostFrequentFirst<One extends { readonly count: number }>(groups: readonly One[]): readonly One[] {
  return groups.toSorted((a, b) => b.count - a.count);
}
