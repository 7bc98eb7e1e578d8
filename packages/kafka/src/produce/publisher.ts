import kafkajs, { type CompressionTypes, type Message, type Producer, type RecordMetadata } from 'kafkajs';
import { type KafkaClient, METADATA_MAX_AGE_MS } from '../client/connect.ts';
import { connectChecked } from '../client/connect-checked.ts';
import { kafkaErrorType } from '../client/errors.ts';
import type { EncodedRecord, OutgoingRecord, RecordHeader, RecordHeaders } from '../record.ts';
import { createPartitioner } from './partitioner.ts';

const { None, ZSTD } = kafkajs.CompressionTypes;

/**
 * Sends records with acks=all. Retries keep the acknowledgements of partitions that a broker has appended; with acks=1
 * a deposed leader could have given them for records that its successor does not have.
 */
export interface Publisher extends AsyncDisposable {
  /**
   * Sends records to one topic, in order, and resolves when all are acknowledged. Takes the records of a request
   * after the one before is acknowledged.
   * @throws kafkajs's error; some of the records may have been stored
   */
  publish(
    topic: string,
    records: Iterable<OutgoingRecord | EncodedRecord>,
    options?: PublishOptions,
  ): Promise<void>;
  /**
   * Sends a record and returns its position.
   * @throws kafkajs's error; the record may have been stored
   */
  publishOne(topic: string, record: OutgoingRecord): Promise<RecordPlace>;
}

interface PublishOptions {
  /**
   * Maximum size of a request; a larger record is sent by itself. Defaults to 900,000, which is also the maximum.
   */
  readonly maxBytes?: number;
  /** Whether to compress large requests. Defaults to false. */
  readonly compresses?: boolean;
}

/** The position of a record in its topic. */
export interface RecordPlace {
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
}

/** kafkajs sends a partition's records as one batch, and brokers reject over 1,048,588 bytes by default. */
const REQUEST_MAX_BYTES = 900_000;

/**
 * Opens a publisher. Keys are partitioned by murmur2, as in Kafka's own clients.
 * @throws kafkajs's error, or a UserError if the settings do not match the listener's security protocol
 */
export async function openPublisher(kafka: KafkaClient): Promise<Publisher> {
  const producer = kafka.producer({
    createPartitioner,
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
  });
  await connectChecked(kafka, producer);
  return {
    async publish(topic, records, { maxBytes = REQUEST_MAX_BYTES, compresses = false } = {}) {
      for (const part of splitByBytes(records, Math.min(maxBytes, REQUEST_MAX_BYTES))) {
        await send(producer, topic, part.map(toMessage), compresses ? compressionFor(part) : None);
      }
    },
    async publishOne(topic, record) {
      const [sent] = await send(producer, topic, [toMessage(record)]);
      return { partition: sent?.partition ?? 0, offset: sent?.baseOffset ?? '-1' };
    },
    [Symbol.asyncDispose]: () => producer.disconnect(),
  };
}

/** Brokers accept this timestamp, which means that there is none, whatever their limits are. */
const NO_TIMESTAMP = '-1';

/**
 * Sends messages with the time of this machine, or without one if the topic's limits reject it: neither a dead
 * letter nor a redrive may fail because of a clock.
 */
export async function send(
  producer: Pick<Producer, 'send'>,
  topic: string,
  messages: Message[],
  compression: CompressionTypes = None,
): Promise<readonly RecordMetadata[]> {
  try {
    return await producer.send({ topic, messages, acks: -1, compression });
  } catch (error) {
    if (kafkaErrorType(error) !== 'INVALID_TIMESTAMP') throw error;
    const undated = messages.map((message) => ({ ...message, timestamp: NO_TIMESTAMP }));
    return await producer.send({ topic, messages: undated, acks: -1, compression });
  }
}

/** Splits records into runs of at most `maxBytes`; a larger record is a run of its own. */
export function* splitByBytes<OneRecord extends OutgoingRecord | EncodedRecord>(
  records: Iterable<OneRecord>,
  maxBytes: number,
): Generator<OneRecord[]> {
  let part: OneRecord[] = [];
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

/** From this size on, compression costs less than it saves. */
const COMPRESS_MIN_BYTES = 16 << 10;

/** The compression of a request. */
export function compressionFor(records: readonly (OutgoingRecord | EncodedRecord)[]): CompressionTypes {
  return records.reduce((sum, record) => sum + bytesOf(record), 0) < COMPRESS_MIN_BYTES ? None : ZSTD;
}

/** Upper bound of a record's size on the wire. */
function bytesOf({ key, value, headers = [] }: OutgoingRecord | EncodedRecord): number {
  const headerBytes = Buffer.isBuffer(headers) ? headers.length : bytesOfHeaders(headers);
  return 30 + (key?.length ?? 0) + (value?.length ?? 0) + headerBytes;
}

/** Upper bound of the headers' size on the wire. */
function bytesOfHeaders(headers: NonNullable<OutgoingRecord['headers']>): number {
  return listHeaders(headers).reduce(
    (bytes, [name, value]) => bytes + 10 + Buffer.byteLength(name) + Buffer.byteLength(value ?? ''),
    0,
  );
}

/** A copy of a record with another header, after its own. */
export function withHeader(record: OutgoingRecord, name: string, value: string): OutgoingRecord {
  return { ...record, headers: [...listHeaders(record.headers ?? []), [name, value]] };
}

function listHeaders(headers: NonNullable<OutgoingRecord['headers']>): RecordHeaders {
  if (isList(headers)) return headers;
  return Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one): RecordHeader => [name, one ?? null]),
  );
}

function isList(headers: NonNullable<OutgoingRecord['headers']>): headers is RecordHeaders {
  return Array.isArray(headers);
}

/** kafkajs accepts all our header values, and undefined members, but its types are narrower. */
function toMessage({ key, value, headers, partition }: OutgoingRecord | EncodedRecord): Message {
  return { key, value, headers, partition } as unknown as Message;
}
