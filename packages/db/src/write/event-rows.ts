import type { AcceptedEvent } from '@pipeline/schema';
import type { SourceRecord } from '../dead-letters/dead-letter.ts';
import { BinaryRows } from './columns/binary-rows.ts';
import {
  acceptedLength,
  type EventFields,
  ID_AT,
  readRow,
  rowLength,
  writeAccepted,
  writeEventTime,
  writeRow,
} from './columns/event-bytes.ts';
import { EventIds, readWord } from './columns/event-ids.ts';
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
  /** In COPY's binary format, in pieces: views that are valid until the next push. */
  readonly bytes: readonly Uint8Array[];
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
  #idStart = 0;
  #descents = 0;

  /** @param expected number of rows to reserve memory for: growing it costs a copy and garbage */
  constructor(expected = 0) {
    this.#rows = new BinaryRows(expected * ROW_BYTES);
  }

  static of(rows: Iterable<EventRow>): EventRows {
    const all = new EventRows();
    for (const row of rows) all.push(row);
    return all;
  }

  /** @throws RangeError if the id is no UUID, or the time is none, so the event was not validated */
  push(row: EventRow): void {
    if (!isUuid(row.eventId)) throw new RangeError('the id of an event is not a UUID');
    if (!isTime(row.eventTime)) throw new RangeError('the time of an event is not a date-time');
    const start = this.#rows.beginRow(rowLength(row));
    const texts = Buffer.from(row.eventId + row.eventTime, 'latin1');
    const minute = writeEventTime(this.#rows.buffer, start, texts, UUID_CHARACTERS, texts.length);
    this.#rows.endRow(writeRow(this.#rows.buffer, start, texts, row));
    this.#add(start, row.eventType, minute, row.record);
  }

  /** Like `push`, without making a text of any part of the event. */
  pushAccepted(event: AcceptedEvent, record: SourceRecord): void {
    const start = this.#rows.beginRow(acceptedLength(event));
    const { bytes, timeStart, timeEnd } = event;
    const minute = writeEventTime(this.#rows.buffer, start, bytes, timeStart, timeEnd);
    this.#rows.endRow(writeAccepted(this.#rows.buffer, start, event));
    this.#add(start, event.type.name, minute, record);
  }

  #add(start: number, eventType: string, minute: number, record: SourceRecord): void {
    this.records.push(record);
    this.#counts.add(eventType, minute);
    const idStart = readWord(this.#rows.buffer, start + ID_AT);
    if (idStart < this.#idStart) this.#descents++;
    this.#idStart = idStart;
  }

  get length(): number {
    return this.records.length;
  }

  /** `event_time` of the last event; undefined if there is none. */
  get lastEventTime(): string | undefined {
    return this.#read(this.length - 1)?.eventTime;
  }

  /** Whether most ids ascend, by their first 32 bits: those of UUIDv7 do, random ones do not. */
  get isAscending(): boolean {
    return 4 * this.#descents <= this.length;
  }

  /** The ids, in the order of the rows. */
  get eventIds(): EventIds {
    const { buffer, starts } = this.#rows;
    return new EventIds(
      buffer,
      starts.map((start) => start + ID_AT),
    );
  }

  /** The rows at some indexes. */
  pick(indexes: readonly number[]): EventRows {
    return EventRows.of(indexes.flatMap((index) => this.#read(index) ?? []));
  }

  /** The rows at some ascending indexes, and the others, which are neither decoded nor copied. */
  divide(indexes: readonly number[]): readonly [some: EventRows, others: CopyRows] {
    const some = this.pick(indexes);
    const starts = [0, ...indexes.map((index) => index + 1)];
    const runs = starts.map((start, at) => this.records.slice(start, indexes[at]));
    const { tallies } = this.#counts.without(some.#counts);
    return [some, { records: runs.flat(), tallies, bytes: this.#rows.without(indexes) }];
  }

  /** The rows from index `from` up to, but not including, `to`. */
  slice(from: number, to = this.length): EventRows {
    if (from === 0 && to === this.length) return this;
    return EventRows.of(from === to ? [] : [...this].slice(from, to));
  }

  /** The rows as they were pushed, but ids without capital letters, and times in UTC. */
  *[Symbol.iterator](): Iterator<EventRow> {
    for (let index = 0; index < this.length; index++) {
      const row = this.#read(index);
      if (row !== undefined) yield row;
    }
  }

  #read(index: number): EventRow | undefined {
    const record = this.records[index];
    const start = this.#rows.starts[index];
    if (record === undefined || start === undefined) return undefined;
    return { ...readRow(this.#rows.buffer, start), record };
  }

  /** The rows in COPY's binary format, with the columns `copiedColumns`: a view that is valid until the next push. */
  get bytes(): readonly Uint8Array[] {
    return [this.#rows.bytes];
  }

  /** Number of events per minute and type. */
  get tallies(): readonly MinuteTypeCount[] {
    return this.#counts.tallies;
  }
}
