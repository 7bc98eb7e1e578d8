import type { AcceptedEvent } from '@pipeline/schema';
import type { SourceRecord } from '../dead-letters/dead-letter.ts';
import { BinaryRows } from './columns/binary-rows.ts';
import {
  type EventFields,
  ID_AT,
  maxAcceptedLength,
  maxRowLength,
  readCounted,
  readEventMilliseconds,
  readRow,
  writeAccepted,
  writeEventTime,
  writeRow,
} from './columns/event-bytes.ts';
import { columnsOf, type EventColumns, textColumnsOf } from './columns/event-columns.ts';
import { EventIds } from './columns/event-ids.ts';
import { isTime } from './columns/time-bytes.ts';
import { isUuid, UUID_CHARACTERS } from './columns/uuid-bytes.ts';
import { MinuteCounts, type MinuteTypeCount } from './minute-counts.ts';

/** An event to be stored. */
export interface EventRow extends EventFields {
  /** The record that the event was decoded from, for the dead letter if Postgres rejects the row. */
  readonly record: SourceRecord;
}

/** Rows as COPY sends them. */
export interface CopyRows extends Pick<EventRows, 'records' | 'tallies'> {
  /** In COPY's binary format: valid at least until the next push. */
  readonly bytes: Buffer;
}

/** Enough for most events. Memory that is not written to is not resident. */
const ROW_BYTES = 256;

/**
 * The rows of a batch, stored as the bytes that COPY sends. They live until Postgres has confirmed the batch; as
 * individual objects and strings, the garbage collector would copy them several times.
 */
export class EventRows implements Iterable<EventRow> {
  readonly records: SourceRecord[] = [];
  readonly #rows: BinaryRows;
  readonly #counts = new MinuteCounts();
  /** Rows with an id or a time that only Postgres can judge, by index. Envelopes check theirs, so there are hardly any. */
  readonly #others = new Map<number, EventRow>();

  /** @param expected number of rows to reserve memory for: growing it costs a copy and garbage */
  constructor(expected = 0) {
    this.#rows = new BinaryRows(expected * ROW_BYTES);
  }

  static of(rows: Iterable<EventRow>): EventRows {
    const all = new EventRows();
    for (const row of rows) all.push(row);
    return all;
  }

  push(row: EventRow): void {
    if (!isUuid(row.eventId) || !isTime(row.eventTime)) this.#pushOther(row);
    else this.#pushRegular(row);
  }

  #pushOther(row: EventRow): void {
    this.#others.set(this.records.push(row.record) - 1, row);
    this.#rows.beginRow(0);
  }

  #pushRegular(row: EventRow): void {
    const start = this.#rows.beginRow(maxRowLength(row));
    const texts = Buffer.from(row.eventId + row.eventTime, 'latin1');
    const minute = writeEventTime(this.#rows.buffer, start, texts, UUID_CHARACTERS, texts.length);
    this.#rows.endRow(writeRow(this.#rows.buffer, start, texts, row));
    this.#add(row.eventType, minute, row.record);
  }

  /** Like `push`, without making a text of any part of the event. */
  pushAccepted(event: AcceptedEvent, record: SourceRecord): void {
    const start = this.#rows.beginRow(maxAcceptedLength(event));
    const { bytes, timeStart, timeEnd } = event;
    const minute = writeEventTime(this.#rows.buffer, start, bytes, timeStart, timeEnd);
    this.#rows.endRow(writeAccepted(this.#rows.buffer, start, event));
    this.#add(event.type.name, minute, record);
  }

  /** Adds what is known of a regular row. */
  #add(eventType: string, minute: number, record: SourceRecord): void {
    this.records.push(record);
    this.#counts.add(eventType, minute);
  }

  get length(): number {
    return this.records.length;
  }

  /** Whether all rows are in `bytes` and `tallies`. Otherwise a statement must insert and count them. */
  get areRegular(): boolean {
    return this.#others.size === 0;
  }

  /** `event_time` of the last event in milliseconds since 1970; undefined if there is none. */
  get lastEventMilliseconds(): number | undefined {
    const start = this.#rows.starts.at(-1);
    if (start === undefined || this.#others.has(this.length - 1)) return undefined;
    return readEventMilliseconds(this.#rows.buffer, start);
  }

  /** The ids, in the order of the rows. */
  get eventIds(): EventIds {
    const { buffer, starts } = this.#rows;
    return new EventIds(
      buffer,
      starts.map((start) => start + ID_AT),
    );
  }

  /** The rows as parameters of a statement. A later push does not change them. */
  toColumns(): EventColumns {
    return this.areRegular ? columnsOf(this.#rows.buffer, this.#rows.starts) : textColumnsOf([...this]);
  }

  /** The columns of the rows at some indexes. Requires `areRegular`. */
  columnsAt(indexes: readonly number[]): EventColumns {
    return columnsOf(
      this.#rows.buffer,
      indexes.map((index) => this.#rows.starts[index] ?? 0),
    );
  }

  /** Whether two rows have the same bytes. */
  areEqual(index: number, other: number): boolean {
    return this.#rows.row(index).equals(this.#rows.row(other));
  }

  /** The rows at some indexes. */
  pick(indexes: readonly number[]): EventRows {
    const picked = new EventRows();
    for (const index of indexes) picked.#copy(this, index);
    return picked;
  }

  #copy(source: EventRows, index: number): void {
    const [record, other] = [source.records[index], source.#others.get(index)];
    if (other !== undefined) this.push(other);
    else if (record !== undefined) {
      const row = source.#rows.row(index);
      const start = this.#rows.beginRow(row.length);
      this.#rows.endRow(start + row.copy(this.#rows.buffer, start));
      this.#add(...readCounted(row, 0), record);
    }
  }

  /** All rows but those at some ascending indexes. Requires `areRegular`. */
  without(indexes: readonly number[]): CopyRows {
    const starts = [0, ...indexes.map((index) => index + 1)];
    const runs = starts.map((start, at) => this.records.slice(start, indexes[at]));
    const omitted = new MinuteCounts();
    for (const index of indexes)
      omitted.add(...readCounted(this.#rows.buffer, this.#rows.starts[index] ?? 0));
    const { tallies } = this.#counts.without(omitted);
    return { records: runs.flat(), tallies, bytes: this.#rows.without(indexes) };
  }

  /** The rows from index `from` up to, but not including, `to`. */
  slice(from: number, to = this.length): EventRows {
    if (from === 0 && to === this.length) return this;
    return this.pick(Array.from({ length: to - from }, (_, index) => from + index));
  }

  /** The rows as they were pushed, but ids without capital letters, and times in UTC. */
  *[Symbol.iterator](): Iterator<EventRow> {
    for (let index = 0; index < this.length; index++) {
      const row = this.at(index);
      if (row !== undefined) yield row;
    }
  }

  /** A row, like those of the iterator; undefined if there is none at the index. */
  at(index: number): EventRow | undefined {
    const [record, start] = [this.records[index], this.#rows.starts[index]];
    if (record === undefined || start === undefined) return undefined;
    return this.#others.get(index) ?? { ...readRow(this.#rows.buffer, start), record };
  }

  /** The rows in COPY's binary format, with the columns `copiedColumns`: a view that is valid until the next push. */
  get bytes(): Buffer {
    return this.#rows.bytes;
  }

  /** Number of events per minute and type. */
  get tallies(): readonly MinuteTypeCount[] {
    return this.#counts.tallies;
  }
}
