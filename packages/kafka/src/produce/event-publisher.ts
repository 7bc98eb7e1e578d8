import type { KafkaClient } from '../client/connect.ts';
import type { OutgoingRecord } from '../record.ts';
import { openPublisher } from './publisher.ts';

/** Validates events and sends them to one topic. */
export interface EventPublisher<AnyEvent> extends AsyncDisposable {
  /**
   * Sends events in order, those with the same key to the same partition, with acks=all.
   * @throws TypeError if an event is invalid, before any is sent; kafkajs's error if some may not be stored
   */
  send(...events: readonly AnyEvent[]): Promise<void>;
}

/** A record as `createEncoder` of `@pipeline/schema` writes it. */
export interface EncodedEvent {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers: readonly (readonly [name: string, value: Uint8Array | string])[];
}

/** Writes an event as a record, or throws a TypeError if a consumer would reject it. */
export type EncodeEvent<AnyEvent> = (event: AnyEvent) => EncodedEvent;

/** Opens a publisher of the events that a function encodes: `createEncoder` of `@pipeline/schema`. */
export async function openEventPublisher<AnyEvent>(
  kafka: KafkaClient,
  topic: string,
  encode: EncodeEvent<AnyEvent>,
): Promise<EventPublisher<AnyEvent>> {
  const publisher = await openPublisher(kafka);
  return {
    async send(...events) {
      const records = events.map((event) => toOutgoing(encode(event)));
      await publisher.publish(topic, records);
    },
    [Symbol.asyncDispose]: () => publisher[Symbol.asyncDispose](),
  };
}

function toOutgoing({ key, value, headers }: EncodedEvent): OutgoingRecord {
  return {
    key: key === null ? null : toBuffer(key),
    value: toBuffer(value),
    headers: headers.map(
      ([name, bytes]) => [name, typeof bytes === 'string' ? bytes : toBuffer(bytes)] as const,
    ),
  };
}

function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
