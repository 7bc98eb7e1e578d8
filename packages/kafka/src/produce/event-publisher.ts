import type { DecodeResult } from '@pipeline/schema';
import type { KafkaClient } from '../client/connect.ts';
import type { OutgoingRecord } from '../record.ts';
import { openPublisher } from './publisher.ts';

/** Validates events and sends them to one topic. */
export interface EventPublisher<AnyEvent> extends AsyncDisposable {
  /**
   * Sends events in order, those of a user to the same partition, with acks=all.
   * @throws TypeError if an event is invalid, before any is sent; kafkajs's error if some may not be stored
   */
  send(...events: readonly AnyEvent[]): Promise<void>;
}

/** Validates an encoded event: `decodeEvent` of `@pipeline/schema`, or a decoder of custom types. */
export type Decode<AnyEvent> = (bytes: Uint8Array) => DecodeResult<AnyEvent>;

interface KeyedEvent {
  readonly user_id: string;
}

/** Opens a publisher of the events that a decoder accepts. */
export async function openEventPublisher<AnyEvent extends KeyedEvent>(
  kafka: KafkaClient,
  topic: string,
  decode: Decode<AnyEvent>,
): Promise<EventPublisher<AnyEvent>> {
  const publisher = await openPublisher(kafka);
  return {
    async send(...events) {
      const records = events.map((event) => toRecord(event, decode));
      await publisher.publish(topic, records);
    },
    [Symbol.asyncDispose]: () => publisher[Symbol.asyncDispose](),
  };
}

/** Serializes all members, so that an additional one is rejected here as it would be by a consumer. */
function toRecord(event: KeyedEvent, decode: Decode<unknown>): OutgoingRecord {
  const value = Buffer.from(JSON.stringify(event));
  const result = decode(value);
  if (!result.ok) throw new TypeError(`not sent, ${result.reason}: ${result.path} ${result.message}`);
  return { key: Buffer.from(event.user_id), value };
}
