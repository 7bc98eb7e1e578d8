import type { AcceptedEvent } from '@pipeline/schema';
import { Column } from './column.ts';

/** An event as a record has it. All members are texts, JSON verbatim. */
export interface SentEvent {
  /** A UUID. */
  readonly eventId: string;
  readonly eventType: string;
  /** RFC 3339. */
  readonly eventTime: string;
  readonly userId: string | null;
  readonly payloadJson: string;
  /** Null if there are none. */
  readonly attributesJson: string | null;
}

const UUID_BYTES = 36;

function createColumns(events: number) {
  return {
    ids: Column.ofTexts(events * (UUID_BYTES + 3)),
    types: Column.ofTexts(events * 24),
    times: Column.ofTexts(events * 36),
    users: Column.ofTexts(events * 24),
    payloads: Column.ofJson(events * 160),
    attributes: Column.ofJson(events * 5),
  };
}

/** Events to compare with their rows, as encoded columns. */
export class SentEvents {
  #columns: ReturnType<typeof createColumns>;
  #length = 0;
  #hasAttributes = false;

  /** @param expected number of events to reserve memory for */
  constructor(expected = 0) {
    this.#columns = createColumns(expected);
  }

  static of(events: Iterable<SentEvent>): SentEvents {
    const all = new SentEvents();
    for (const event of events) all.push(event);
    return all;
  }

  push({ eventId, eventType, eventTime, userId, payloadJson, attributesJson }: SentEvent): void {
    const { ids, types, times, users, payloads, attributes } = this.#columns;
    ids.push(eventId);
    types.push(eventType);
    times.push(eventTime);
    users.push(userId);
    payloads.push(payloadJson);
    attributes.push(attributesJson);
    this.#count(attributesJson !== null);
  }

  /** Like `push`, without making a text of any part of the event. */
  pushAccepted(event: AcceptedEvent): void {
    const { bytes, type, idStart, userStart } = event;
    const { ids, types, times, users, payloads, attributes } = this.#columns;
    ids.pushRange(bytes, idStart, idStart + UUID_BYTES);
    types.pushRange(type.bytes, 0, type.bytes.length);
    times.pushRange(bytes, event.timeStart, event.timeEnd);
    if (userStart < 0) users.push(null);
    else users.pushRange(bytes, userStart, event.userEnd);
    payloads.pushRange(bytes, event.payloadStart, event.payloadEnd);
    attributes.pushAttributes(event);
    this.#count(event.others.length > 0);
  }

  #count(hasAttributes: boolean): void {
    this.#length++;
    this.#hasAttributes ||= hasAttributes;
  }

  get length(): number {
    return this.#length;
  }

  /** The events from index `from` up to, but not including, `to`. */
  slice(from: number, to: number): SentEvents {
    const part = new SentEvents();
    const columns = Object.entries(this.#columns).map(([name, column]) => [name, column.slice(from, to)]);
    part.#columns = Object.fromEntries(columns);
    part.#length = to - from;
    part.#hasAttributes = this.#hasAttributes;
    return part;
  }

  /** The text of each column, of at least one event. `attributes` is undefined if no event has any. */
  toTexts() {
    const { ids, types, times, users, payloads, attributes } = this.#columns;
    return {
      ids: ids.text,
      types: types.text,
      times: times.text,
      users: users.text,
      payloads: payloads.text,
      attributes: this.#hasAttributes ? attributes.text : undefined,
    };
  }
}
