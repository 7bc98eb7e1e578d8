import type { AcceptedEvent } from '@pipeline/schema';
import type { SourceRecord } from '../dead-letters/dead-letter.ts';
import { decodeField, encodeField } from './columns/copy-fields.ts';
import { lineLength, writeLine } from './columns/copy-line.ts';
import { EventIds } from './columns/event-ids.ts';
import { Lines } from './columns/lines.ts';
import { MinuteCounts, type MinuteTypeCount } from './minute-counts.ts';

/** An event to be stored. All members are texts that were validated by the event's schema. */
export interface EventRow {
  readonly eventId: string;
  readonly eventType: string;
  readonly eventTime: string;
  /** Null if the definition has no user. */
  readonly userId: string | null;
  /** The JSON that was sent, verbatim. */
  readonly payloadJson: string;
  /** A JSON object of the members outside the definition's mapping; undefined if there are none. */
  readonly attributesJson?: string | undefined;
  /** The record that the event was decoded from, for the dead letter if Postgres rejects the row. */
  readonly record: SourceRecord;
}

/** Rows as COPY sends them. */
export interface CopyRows extends Pick<EventRows, 'records' | 'tallies'> {
  /** In COPY's text format, in pieces: views that are valid until the next push. */
  readonly text: readonly Uint8Array[];
}

/** Hexadecimal digits of an id that are compared: about a minute of UUIDv7. */
const ID_PREFIX = 8;

/** Enough for most events. Memory that is not written to is not resident. */
const LINE_BYTES = 256;

/**
 * The rows of a batch, stored as the bytes that COPY sends. They live until Postgres has confirmed the batch; as
 * individual objects and strings, the garbage collector would copy them several times.
 */
export class EventRows implements Iterable<EventRow> {
  readonly records: SourceRecord[] = [];
  readonly #lines: Lines;
  readonly #counts = new MinuteCounts();
  #idPrefix = 0;
  #descents = 0;

  /** @param expected number of rows to reserve memory for: growing it costs a copy and garbage */
  constructor(expected = 0) {
    this.#lines = new Lines(expected * LINE_BYTES);
  }

  static of(rows: Iterable<EventRow>): EventRows {
    const all = new EventRows();
    for (const row of rows) all.push(row);
    return all;
  }

  push({ eventId, eventType, eventTime, userId, payloadJson, attributesJson, record }: EventRow): void {
    this.records.push(record);
    this.#lines.push(
      `${eventId}\t${encodeField(eventType)}\t${eventTime}\t${encodeField(userId)}\t${encodeField(payloadJson)}\t${encodeField(attributesJson)}`,
    );
    this.#counts.add(eventType, eventTime);
    this.#follow(Number.parseInt(eventId.slice(0, ID_PREFIX), 16));
  }

  /** Like `push`, without making a text of any part of the event. */
  pushAccepted(event: AcceptedEvent, record: SourceRecord): void {
    this.records.push(record);
    const start = this.#lines.extend(lineLength(event));
    writeLine(this.#lines.buffer, start, event);
    this.#counts.addAccepted(event);
    this.#follow(readHex(event.bytes, event.idStart, event.idStart + ID_PREFIX));
  }

  #follow(idPrefix: number): void {
    if (idPrefix < this.#idPrefix) this.#descents++;
    this.#idPrefix = idPrefix;
  }

  get length(): number {
    return this.records.length;
  }

  /** `event_time` of the last event, as it was sent. */
  get lastEventTime(): string | undefined {
    return this.#lines.last?.split('\t')[2];
  }

  /** Whether most ids ascend, by their first 32 bits: those of UUIDv7 do, random ones do not. */
  get isAscending(): boolean {
    return 4 * this.#descents <= this.length;
  }

  /** The ids, in the order of the rows. */
  get eventIds(): EventIds {
    return new EventIds(this.#lines.bytes, this.#lines.starts);
  }

  /** The rows at some indexes. */
  pick(indexes: readonly number[]): EventRows {
    const lines = this.#lines.pick(indexes);
    return EventRows.of(
      indexes.flatMap((index, at) => {
        const record = this.records[index];
        return record === undefined ? [] : toRow(lines[at] ?? '', record);
      }),
    );
  }

  /** The rows at some ascending indexes, and the others, which are neither decoded nor copied. */
  divide(indexes: readonly number[]): readonly [some: EventRows, others: CopyRows] {
    const some = this.pick(indexes);
    const starts = [0, ...indexes.map((index) => index + 1)];
    const runs = starts.map((start, at) => this.records.slice(start, indexes[at]));
    const { tallies } = this.#counts.without(some.#counts);
    return [some, { records: runs.flat(), tallies, text: this.#lines.without(indexes) }];
  }

  /** The rows from index `from` up to, but not including, `to`. */
  slice(from: number, to = this.length): EventRows {
    if (from === 0 && to === this.length) return this;
    return EventRows.of(from === to ? [] : [...this].slice(from, to));
  }

  /** The rows as they were pushed. */
  *[Symbol.iterator](): Iterator<EventRow> {
    const lines = this.#lines.texts;
    for (const [index, record] of this.records.entries()) yield toRow(lines[index] ?? '', record);
  }

  /**
   * The rows in COPY's text format, with the columns event_id, event_type, event_time, user_id, payload and
   * attributes: a view that is valid until the next push.
   */
  get text(): readonly Uint8Array[] {
    return [this.#lines.bytes];
  }

  /** Number of events per minute and type, which may occur several times, also with negative numbers. */
  get tallies(): readonly MinuteTypeCount[] {
    return this.#counts.tallies;
  }
}

/** The number that hexadecimal digits write: the low half of the byte of each, and 9 more from a to f. */
function readHex(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const code = bytes[at] ?? 0;
    value = 16 * value + (code & 15) + 9 * (code >> 6);
  }
  return value;
}

function toRow(line: string, record: SourceRecord): EventRow {
  const [eventId = '', eventType = '', eventTime = '', userId = '', payload = '', attributes = ''] =
    line.split('\t');
  return {
    eventId,
    eventType: decodeField(eventType) ?? '',
    eventTime,
    userId: decodeField(userId),
    payloadJson: decodeField(payload) ?? '',
    attributesJson: decodeField(attributes) ?? undefined,
    record,
  };
}
