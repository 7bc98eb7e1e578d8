import kafkajs, { type ICustomPartitioner, type IHeaders, type Message } from 'kafkajs';
import { type KafkaClient, METADATA_MAX_AGE_MS } from './connect.ts';
import { connectChecked } from './connect-checked.ts';
import type { OutgoingRecord, RecordHeaders } from './record.ts';

/** Sends records, each acknowledged by every in-sync replica. */
export interface Publisher extends AsyncDisposable {
  /**
   * Sends records of one topic, in order, and waits for the acknowledgement of all.
   * @param maxBytes what one request may take; a larger record stands alone. Defaults to 900,000, which fits into what a
   * broker takes by default
   * @throws kafkajs's error; some of the records may have been stored
   */
  publish(topic: string, records: readonly OutgoingRecord[], maxBytes?: number): Promise<void>;
  /**
   * Sends a record, and tells where Kafka has put it.
   * @throws kafkajs's error; the record may have been stored
   */
  publishOne(topic: string, record: OutgoingRecord): Promise<RecordPlace>;
}

/** Where a record stands in its topic. */
export interface RecordPlace {
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
}

/** kafkajs makes one batch of all records of a partition, and a broker refuses one of more than 1,048,588 bytes by default. */
const REQUEST_MAX_BYTES = 900_000;

/**
 * Opens a publisher; equal keys go to equal partitions, in the way of Kafka's own clients (murmur2).
 * @throws kafkajs's error, or a UserError when a listener expects a client of another kind
 */
export async function openPublisher(kafka: KafkaClient): Promise<Publisher> {
  const producer = kafka.producer({
    createPartitioner: choosePartitionOnce,
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
  });
  await connectChecked(kafka, producer);
  return {
    async publish(topic, records, maxBytes = REQUEST_MAX_BYTES) {
      for (const part of splitByBytes(records, Math.min(maxBytes, REQUEST_MAX_BYTES))) {
        await producer.send({ topic, messages: part.map(toMessage), acks: -1 });
      }
    },
    async publishOne(topic, record) {
      const [sent] = await producer.send({ topic, messages: [toMessage(record)], acks: -1 });
      return { partition: sent?.partition ?? 0, offset: sent?.baseOffset ?? '-1' };
    },
    [Symbol.asyncDispose]: () => producer.disconnect(),
  };
}

/** kafkajs asks again at each try, and without a key would get another answer, after which records are sent twice or never. */
const choosePartitionOnce: ICustomPartitioner = () => {
  const chosen = new WeakMap<Message, number>();
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  return (choice) => {
    const partition = chosen.get(choice.message) ?? choose(choice);
    chosen.set(choice.message, partition);
    return partition;
  };
};

/** Runs of records of at most so many bytes together; a larger record stands alone. */
export function* splitByBytes(
  records: readonly OutgoingRecord[],
  maxBytes: number,
): Generator<OutgoingRecord[]> {
  let part: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = bytesOf(record);
    if (part.length > 0 && bytes + size > maxBytes) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(record);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** What a record takes on the wire, counted generously. */
function bytesOf({ key, value, headers }: OutgoingRecord): number {
  return (
    30 + (key?.length ?? 0) + (value?.length ?? 0) + (headers === undefined ? 0 : bytesOfHeaders(headers))
  );
}

/** Names, values and their lengths, counted generously. */
export function bytesOfHeaders(headers: RecordHeaders): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      bytes += 10 + Buffer.byteLength(name) + Buffer.byteLength(one ?? '');
    }
  }
  return bytes;
}

/** kafkajs accepts everything that our records hold; its types are narrower. */
function toMessage({ key, value, headers, partition }: OutgoingRecord): Message {
  return {
    key,
    value,
    ...(headers === undefined ? {} : { headers: headers as IHeaders }),
    ...(partition === undefined ? {} : { partition }),
  };
}
