import kafkajs, { type ICustomPartitioner, type IHeaders, type Message, type RecordMetadata } from 'kafkajs';
import { type KafkaClient, METADATA_MAX_AGE_MS } from './connect.ts';
import { reach } from './reach.ts';
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
   * Sends as many of the first of these records as fit into one request, and tells where Kafka has put each. It throws
   * nothing: a broker may take what goes to one partition and refuse what goes to another.
   */
  publishSome(topic: string, records: readonly OutgoingRecord[]): Promise<Published>;
}

/** What became of the records of a request. */
export interface Published {
  /** In the order of the records; undefined for one that was not acknowledged. It may have been stored. */
  readonly places: readonly (RecordPlace | undefined)[];
  /** kafkajs's, when some were not acknowledged. */
  readonly error?: unknown;
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
 * @throws kafkajs's error, or a Failure when a listener expects a client of another kind
 */
export async function openPublisher(kafka: KafkaClient): Promise<Publisher> {
  const chosen = new WeakMap<Message, number>();
  const producer = kafka.producer({
    createPartitioner: choosePartitionOnce(chosen),
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
  });
  await reach(kafka, producer);
  return {
    async publish(topic, records, maxBytes = REQUEST_MAX_BYTES) {
      for (const part of splitByBytes(records, Math.min(maxBytes, REQUEST_MAX_BYTES))) {
        await producer.send({ topic, messages: part.map(toMessage), acks: -1 });
      }
    },
    async publishSome(topic, records) {
      const [part = []] = splitByBytes(records, REQUEST_MAX_BYTES);
      const messages = part.map(toMessage);
      const sending = producer.send({ topic, messages, acks: -1 });
      const { sent, ...failure } = await sending.then((sent) => ({ sent }), whatWasSent);
      const partitions = messages.map((message) => chosen.get(message));
      const places = findPlaces(partitions, new Map(sent.map((one) => [one.partition, one.baseOffset])));
      return { places, ...failure };
    },
    [Symbol.asyncDispose]: () => producer.disconnect(),
  };
}

/** Our patch of kafkajs adds to its error what the brokers acknowledged before it. */
function whatWasSent(error: { readonly acknowledged?: readonly RecordMetadata[] }) {
  return { sent: error.acknowledged ?? [], error };
}

/** kafkajs asks again at each try, and without a key would get another answer, after which records are sent twice or never. */
function choosePartitionOnce(chosen: WeakMap<Message, number>): ICustomPartitioner {
  return () => {
    const choose = kafkajs.Partitioners.DefaultPartitioner();
    return (choice) => {
      const partition = chosen.get(choice.message) ?? choose(choice);
      chosen.set(choice.message, partition);
      return partition;
    };
  };
}

/** Kafka tells the offset of the first record of each partition; the others follow it, in the order of sending. */
export function findPlaces(
  partitions: readonly (number | undefined)[],
  firstOffsets: ReadonlyMap<number, string | undefined>,
): readonly (RecordPlace | undefined)[] {
  const next = new Map([...firstOffsets].map(([partition, offset]) => [partition, BigInt(offset ?? -1)]));
  return partitions.map((partition) => {
    const offset = partition === undefined ? undefined : next.get(partition);
    if (partition === undefined || offset === undefined || offset < 0n) return undefined;
    next.set(partition, offset + 1n);
    return { partition, offset: String(offset) };
  });
}

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
