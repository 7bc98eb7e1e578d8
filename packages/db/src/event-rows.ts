import { escapeText, jsonLayout, plainLayout, quotedLayout } from './array-literal.ts';
import type { SourceRecord } from './dead-letter.ts';
import { MinuteCounts, type MinuteTypeCount } from './minute-counts.ts';
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
 * The rows of a batch, kept as the columns that the statement sends: they wait until Postgres has confirmed them, and as
 * objects and texts the garbage collector would copy them again and again.
 */
export class EventRows implements Iterable<EventRow> {
  readonly records: SourceRecord[] = [];
  readonly #ids = new TextColumn(plainLayout);
  readonly #types = new TextColumn(quotedLayout);
  readonly #times = new TextColumn(plainLayout);
  readonly #users = new TextColumn(quotedLayout);
  readonly #payloads = new TextColumn(jsonLayout);
  readonly #kinds = new MinuteCounts();
  #lastEventTime: string | undefined;

  static of(rows: Iterable<EventRow>): EventRows {
    const all = new EventRows();
    for (const row of rows) all.push(row);
    return all;
  }

  push({ eventId, eventType, eventTime, userId, payloadJson, record }: EventRow): void {
    this.records.push(record);
    this.#ids.push(eventId);
    this.#types.push(eventType);
    this.#times.push(eventTime);
    this.#users.push(escapeText(userId));
    this.#payloads.push(payloadJson);
    this.#kinds.add(eventType, eventTime);
    this.#lastEventTime = eventTime;
  }

  get length(): number {
    return this.records.length;
  }

  /** When the last of the events happened, as it was sent. */
  get lastEventTime(): string | undefined {
    return this.#lastEventTime;
  }

  /** The rows from one index up to another. */
  slice(from: number, to = this.length): EventRows {
    if (from === 0 && to === this.length) return this;
    return EventRows.of(from === to ? [] : [...this].slice(from, to));
  }

  /** The rows as they were pushed. */
  *[Symbol.iterator](): Iterator<EventRow> {
    const [ids, types, times] = [this.#ids.texts, this.#types.texts, this.#times.texts];
    const [users, payloads] = [this.#users.texts, this.#payloads.texts];
    for (const [index, record] of this.records.entries()) {
      yield {
        eventId: ids[index] ?? '',
        eventType: types[index] ?? '',
        eventTime: times[index] ?? '',
        userId: users[index] ?? '',
        payloadJson: payloads[index] ?? '',
        record,
      };
    }
  }

  /** The columns, as array literals of Postgres in bytes; the payloads with a `jsonSeparator` between them. */
  toColumns() {
    return {
      eventIds: this.#ids.bytes,
      eventTypes: this.#types.bytes,
      eventTimes: this.#times.bytes,
      userIds: this.#users.bytes,
      payloads: this.#payloads.bytes,
    };
  }

  /** How many events of each type there are in each minute; a minute may come more than once. */
  get tallies(): readonly MinuteTypeCount[] {
    return this.#kinds.tallies;
  }
}
