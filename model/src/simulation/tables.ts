import type { DeadLetter } from '@pipeline/db';

export interface LedgerRow {
  readonly topicId: string;
  readonly formerTopicId: string | undefined;
  readonly start: number;
  readonly next: number;
  readonly resets: number;
  readonly stored: number;
  readonly duplicates: number;
  /** The duplicates whose content differs from that of the stored event. */
  readonly conflicting: number;
  readonly deadLettered: number;
  readonly skipped: number;
  /** JSON. */
  readonly tail: string | null;
  /** The id rule; null if a version without definitions has opened the ledger. */
  readonly identity: string | null;
  readonly updatedAt: number;
}

export interface StoredDeadLetter {
  readonly partition: number;
  readonly topicId: string;
  readonly letter: DeadLetter;
  /** Offset, timestamp, key and value: equal ones are the same dead letter. */
  readonly identity: string;
}

export interface StoredEvent {
  /** Minute and type. */
  readonly key: string;
  /** All columns but the id. */
  readonly content: string;
}

/** The tables of the pipeline. */
export class Tables {
  /** By id. */
  events = new Map<string, StoredEvent>();
  /** Number of events by minute and type. */
  counts = new Map<string, number>();
  deadLetters: StoredDeadLetter[] = [];
  ledgers = new Map<number, LedgerRow>();
  /** Ids of events that were purged. */
  purged: string[] = [];

  /** Changes the count of a minute and type. */
  count(key: string, by: number): void {
    const count = (this.counts.get(key) ?? 0) + by;
    if (count === 0) this.counts.delete(key);
    else this.counts.set(key, count);
  }

  copy(): Tables {
    const copy = new Tables();
    copy.events = new Map(this.events);
    copy.counts = new Map(this.counts);
    copy.deadLetters = [...this.deadLetters];
    copy.ledgers = new Map(this.ledgers);
    copy.purged = [...this.purged];
    return copy;
  }
}

/** Identifies a dead letter of a partition, except for the topic's id. */
export function identityOf(partition: number, { record }: Pick<DeadLetter, 'record'>): string {
  const { offset, timestamp, key, value } = record;
  return `${partition} ${offset} ${timestamp} ${key?.toString('base64')} ${value?.toString('base64')}`;
}
