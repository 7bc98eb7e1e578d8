import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';

const load = createRequire(import.meta.url);
const Encoder = load('kafkajs/src/protocol/encoder.js');
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js');
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js');
const crc32C = load('kafkajs/src/protocol/recordBatch/crc32C/index.js');
const { decode } = load('kafkajs/src/protocol/requests/fetch/v11/response.js');

/** Positions of fields in an encoded batch. */
const LENGTH_AT = 8;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const RECORDS_COUNT_AT = 57;
const RECORDS_AT = 61;

/** A batch as a broker stores it: records of these values from an offset on. */
export async function batchOf(firstOffset: number, values: readonly (Buffer | null)[]): Promise<Buffer> {
  const records = values.map((value, offsetDelta) => encodeRecord({ key: null, value, offsetDelta }));
  const { buffer } = await RecordBatch({ firstOffset, records, lastOffsetDelta: values.length - 1 });
  return buffer;
}

/** The encoded records of a batch, `count` times `unit`: what a codec compresses. */
export function repeatRecord(unit: Buffer | null, count: number): Buffer {
  const { buffer } = encodeRecord({ key: null, value: unit });
  return Buffer.alloc(buffer.length * count, buffer);
}

/** A batch with these bytes in place of its records, whatever they are, and with a right checksum. */
export async function rawBatch(
  firstOffset: number,
  { count, codec, bytes }: { readonly count: number; readonly codec: number; readonly bytes: Buffer },
): Promise<Buffer> {
  const batch = Buffer.concat([(await batchOf(firstOffset, [])).subarray(0, RECORDS_AT), bytes]);
  batch.writeInt32BE(batch.length - LENGTH_AT - 4, LENGTH_AT);
  batch.writeInt16BE(codec, ATTRIBUTES_AT);
  batch.writeInt32BE(count - 1, LAST_OFFSET_DELTA_AT);
  batch.writeInt32BE(count, RECORDS_COUNT_AT);
  return sign(batch);
}

/** Corrects the checksum of a batch, in place. */
function sign(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32C(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
  return batch;
}

/** The ids of the codecs in the attributes of a batch. */
export const codecIds = kafkajs.CompressionTypes;

interface FetchedRecord {
  readonly offset: string;
}

/** What kafkajs has decoded of a partition. */
export interface FetchedMessages extends ReadonlyArray<FetchedRecord> {
  readonly lastOffset?: string;
  readonly unreadable?: {
    readonly firstOffset: string;
    readonly lastOffset: string;
    readonly reason: string;
  };
}

/** Decodes a fetch response with these bytes per partition. */
export async function decodeResponse(partitions: readonly Buffer[]): Promise<readonly FetchedMessages[]> {
  const encoded = partitions.map((bytes, partition) =>
    new Encoder()
      .writeInt32(partition)
      .writeInt16(0)
      .writeInt64(1_000_000)
      .writeInt64(1_000_000)
      .writeInt64(0)
      .writeArray([])
      .writeInt32(-1)
      .writeInt32(bytes.length)
      .writeBuffer(bytes),
  );
  const topic = new Encoder().writeString('events').writeArray(encoded);
  const { buffer } = new Encoder().writeInt32(0).writeInt16(0).writeInt32(0).writeArray([topic]);
  const { responses } = await decode(buffer);
  return responses[0].partitions.map(({ messages }: { readonly messages: FetchedMessages }) => messages);
}
