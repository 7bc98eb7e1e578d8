import { SentEvents, type StoredDeadLetter } from '@pipeline/db/prove';
import type { KafkaRecord } from '@pipeline/kafka';
import type { AcceptedEvent, Found } from '@pipeline/schema';
import { formatId, ID_WORDS, idOf, parseId } from './settle/event-id.ts';

/** The events of a slice that are compared with their rows, in the order of their offsets. */
export class SliceEvents {
  readonly sent: SentEvents;
  readonly records: KafkaRecord[] = [];
  /** The words of their ids. */
  readonly ids: Uint32Array;
  /** Dead letters at the offsets of events, by the indexes of the events. */
  readonly near = new Map<number, StoredDeadLetter>();

  /** @param size maximum number of events */
  constructor(size: number) {
    this.sent = new SentEvents(size);
    this.ids = new Uint32Array(size * ID_WORDS);
  }

  /** Adds an event that `envelope.open` has found. */
  push(record: KafkaRecord, { event, payloadJson, attributesJson }: Found, letter?: StoredDeadLetter): void {
    const { event_id: eventId, event_type: eventType, event_time: eventTime, user_id: userId } = event;
    if (letter !== undefined) this.near.set(this.sent.length, letter);
    this.ids.set(idOf(eventId), ID_WORDS * this.sent.length);
    this.sent.push({ eventId, eventType, eventTime, userId, payloadJson, attributesJson });
    this.records.push(record);
  }

  /** Like `push`, of an ordinary event. */
  pushAccepted(record: KafkaRecord, event: AcceptedEvent): void {
    parseId(event.bytes, event.idStart, this.ids, ID_WORDS * this.sent.length);
    this.sent.pushAccepted(event);
    this.records.push(record);
  }

  /** The text of the id at an index. */
  idAt(index: number): string {
    return formatId(this.ids, ID_WORDS * index);
  }
}
