import type { SourceRecord } from '../dead-letters/dead-letter.ts';
import { escapeText, jsonLayout, plainLayout, quotedLayout } from './columns/array-literal.ts';
import { NullableTextColumn, SparseJsonColumn } from './columns/nullable-columns.ts';
import { TextColumn } from './columns/text-column.ts';
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

/**
 * The rows of a batch, stored as the columns that the statement sends. They live until Postgres has confirmed
 * the batch; as individual objects and strings, the garbage collector would copy them several times.
 */
export class EventRows implements Iterable<EventRow> {
  readonly records: SourceRecord[] = [];
  readonly #ids = new TextColumn(plainLayout);
  readonly #types = new TextColumn(quotedLayout);
  readonly #times = new TextColumn(plainLayout);
  readonly #users = new NullableTextColumn();
  readonly #payloads = new TextColumn(jsonLayout);
  readonly #attributes = new SparseJsonColumn();
  readonly #counts = new MinuteCounts();
  #lastEventTime: string | undefined;

  static of(rows: Iterable<EventRow>): EventRows {
    const all = new EventRows();
    for (const row of rows) all.push(row);
    return all;
  }

  push({ eventId, eventType, eventTime, userId, payloadJson, attributesJson, record }: EventRow): void {
    this.records.push(record);
    this.#ids.push(eventId);
    this.#types.push(escapeText(eventType));
    this.#times.push(eventTime);
    this.#users.push(userId);
    this.#payloads.push(payloadJson);
    this.#attributes.push(attributesJson);
    this.#counts.add(eventType, eventTime);
    this.#lastEventTime = eventTime;
  }

  get length(): number {
    return this.records.length;
  }

  /** `event_time` of the last event, as it was sent. */
  get lastEventTime(): string | undefined {
    return this.#lastEventTime;
  }

  /** Whether a row has attributes. */
  get hasAttributes(): boolean {
    return this.#attributes.bytes !== undefined;
  }

  /** The rows from index `from` up to, but not including, `to`. */
  slice(from: number, to = this.length): EventRows {
    if (from === 0 && to === this.length) return this;
    return EventRows.of(from === to ? [] : [...this].slice(from, to));
  }

  /** The rows as they were pushed. */
  *[Symbol.iterator](): Iterator<EventRow> {
    const [ids, types, times] = [this.#ids.texts, this.#types.texts, this.#times.texts];
    const [users, payloads, attributes] = [this.#users.texts, this.#payloads.texts, this.#attributes.texts];
    for (const [index, record] of this.records.entries()) {
      yield {
        eventId: ids[index] ?? '',
        eventType: types[index] ?? '',
        eventTime: times[index] ?? '',
        userId: users[index] ?? null,
        payloadJson: payloads[index] ?? '',
        attributesJson: attributes?.[index],
        record,
      };
    }
  }

  /**
   * The columns as encoded Postgres array literals; payloads and attributes are joined by `jsonSeparator`
   * instead. `attributes` is undefined if no row has any.
   */
  toColumns() {
    return {
      eventIds: this.#ids.bytes,
      eventTypes: this.#types.bytes,
      eventTimes: this.#times.bytes,
      userIds: this.#users.bytes,
      payloads: this.#payloads.bytes,
      attributes: this.#attributes.bytes,
    };
  }

  /** Number of events per minute and type; the same minute and type may occur several times. */
  get tallies(): readonly MinuteTypeCount[] {
    return this.#counts.tallies;
  }
}
