import { jsonSeparator, plainArray, textArray } from './array-literal.ts';
import type { SourceRecord } from './dead-letter.ts';
import { KindColumn, type MinuteTally } from './kind-column.ts';
import { TextColumn } from './text-column.ts';

/** An event as it is stored. Every member is a text that the event's schema has checked. */
export interface EventRow {
  readonly eventId: string;
  readonly eventType: string;
  readonly eventTime: string;
  readonly userId: string;
  /** The JSON that was sent, to the letter. */
  readonly payloadJson: string;
  /** The record that the event was decoded from: what a dead letter keeps should Postgres refuse the row. */
  readonly record: SourceRecord;
}

/**
 * The rows of a batch, kept as the columns that the statement sends. They wait until Postgres has confirmed them, and
 * the garbage collector would copy thousands of objects, and above all of payloads, again and again.
 */
export class EventRows implements Iterable<EventRow> {
  readonly records: SourceRecord[] = [];
  readonly #ids: string[] = [];
  readonly #kinds = new KindColumn();
  readonly #times: string[] = [];
  readonly #users: string[] = [];
  readonly #payloads = new TextColumn(jsonSeparator);

  static of(rows: Iterable<EventRow>): EventRows {
    const all = new EventRows();
    for (const row of rows) all.push(row);
    return all;
  }

  push({ eventId, eventType, eventTime, userId, payloadJson, record }: EventRow): void {
    this.records.push(record);
    this.#ids.push(eventId);
    this.#kinds.push(eventType, eventTime);
    this.#times.push(eventTime);
    this.#users.push(userId);
    this.#payloads.push(payloadJson);
  }

  get length(): number {
    return this.records.length;
  }

  /** When the last of the events happened, as it was sent. */
  get lastEventTime(): string | undefined {
    return this.#times.at(-1);
  }

  /** The rows from one index up to another. */
  slice(from: number, to = this.length): EventRows {
    if (from === 0 && to === this.length) return this;
    return EventRows.of(from === to ? [] : [...this].slice(from, to));
  }

  /** The rows as they were pushed. */
  *[Symbol.iterator](): Iterator<EventRow> {
    const { types } = this.#kinds;
    for (const [index, record] of this.records.entries()) {
      yield {
        eventId: this.#ids[index] ?? '',
        eventType: types[index] ?? '',
        eventTime: this.#times[index] ?? '',
        userId: this.#users[index] ?? '',
        payloadJson: this.#payloads.at(index),
        record,
      };
    }
  }

  /** The columns, as array literals of Postgres; the payloads with a `jsonSeparator` between them. */
  toColumns() {
    return {
      eventIds: plainArray(this.#ids),
      eventTypes: textArray(this.#kinds.types),
      eventTimes: plainArray(this.#times),
      userIds: textArray(this.#users),
      payloads: this.#payloads.join(),
    };
  }

  /** How many events of each type there are in each minute; a minute may come more than once. */
  get tallies(): readonly MinuteTally[] {
    return this.#kinds.tallies;
  }
}
