import { type DecodeResult, decodeEvent, type Event, eventKey } from '@pipeline/schema';
import type { KafkaClient } from './connect.ts';
import { openPublisher } from './publisher.ts';
import type { OutgoingRecord } from './record.ts';

/** Sends events to one topic. */
export interface EventPublisher<AnyEvent> extends AsyncDisposable {
  /**
   * Sends events in order, those of one user to one partition, and resolves when every in-sync replica has all of them.
   * @throws TypeError when one of them is no event, before any is sent; kafkajs's error when some may not have been stored
   */
  send(...events: readonly AnyEvent[]): Promise<void>;
}

/** Says whether bytes are an event: `decodeEvent`, or a decoder of the types of one's own. */
export type Decode<AnyEvent> = (bytes: Uint8Array) => DecodeResult<AnyEvent>;

interface AnUsersEvent {
  readonly user_id: string;
}

/** Opens a publisher of the registered types, or of those that a decoder knows. */
export async function openEventPublisher<AnyEvent extends AnUsersEvent = Event>(
  kafka: KafkaClient,
  topic: string,
  decode?: Decode<AnyEvent>,
): Promise<EventPublisher<AnyEvent>> {
  const publisher = await openPublisher(kafka);
  const check: Decode<unknown> = decode ?? decodeEvent;
  return {
    async send(...events) {
      const records = events.map((event) => toRecord(event, check));
      await publisher.publish(topic, records);
    },
    [Symbol.asyncDispose]: () => publisher[Symbol.asyncDispose](),
  };
}

/** All members are written, so that one too many is refused as a consumer would refuse it. */
function toRecord(event: AnUsersEvent, decode: Decode<unknown>): OutgoingRecord {
  const value = Buffer.from(JSON.stringify(event));
  const result = decode(value);
  if (!result.ok) throw new TypeError(`not sent, ${result.reason}: ${result.path} ${result.message}`);
  return { key: Buffer.from(eventKey(event)), value };
}
