import type { KafkaRecord } from '@pipeline/kafka';

/** What a record holds, for the comparison with the tables. */
export interface Content {
  readonly kind: 'event' | 'invalid' | 'refused' | 'constrained';
  /** The id of a valid event. */
  readonly eventId: string | undefined;
}

export interface LoggedRecord extends KafkaRecord {
  readonly content: Content;
}

/** An offset of a log: a record, or none (a transaction marker, or a record that compaction has removed). */
export interface Entry {
  readonly epoch: number;
  readonly record: LoggedRecord | undefined;
}

interface EpochStart {
  readonly epoch: number;
  readonly offset: number;
}

/** A partition's log, as one leader has it. */
export class PartitionLog {
  start = 0;
  readonly entries: Entry[] = [];
  /** Where the leader epochs begin. */
  readonly #epochs: EpochStart[] = [{ epoch: 0, offset: 0 }];

  get end(): number {
    return this.entries.length;
  }

  get epoch(): number {
    return this.#epochs.at(-1)?.epoch ?? 0;
  }

  append(record: Omit<LoggedRecord, 'offset' | 'leaderEpoch'> | undefined): void {
    const { epoch } = this;
    const offset = String(this.end);
    this.entries.push({ epoch, record: record && { ...record, offset, leaderEpoch: epoch } });
  }

  /** The log of a leader that was elected without the entries from an offset on. */
  elect(end: number): PartitionLog {
    const log = new PartitionLog();
    log.start = this.start;
    log.entries.push(...this.entries.slice(0, end));
    const kept = this.#epochs.filter(({ offset }) => offset < end);
    log.#epochs.splice(0, 1, ...kept, { epoch: this.epoch + 1, offset: end });
    return log;
  }

  /** OffsetForLeaderEpoch: the end of the latest epoch that is not later than the given one. */
  endOfEpoch(asked: number): { readonly epoch: number; readonly endOffset: bigint } | undefined {
    if (asked === this.epoch) return { epoch: asked, endOffset: BigInt(this.end) };
    const known = this.#epochs.filter((_, index) => this.#endAt(index) > this.start);
    const later = known.find(({ epoch }) => epoch > asked);
    if (later === undefined) return undefined;
    const { epoch } = known.findLast((one) => one.epoch <= asked) ?? { epoch: asked };
    return { epoch, endOffset: BigInt(Math.max(this.start, later.offset)) };
  }

  #endAt(index: number): number {
    return this.#epochs[index + 1]?.offset ?? Number.POSITIVE_INFINITY;
  }
}
