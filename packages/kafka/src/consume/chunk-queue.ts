import type { KafkaRecord } from '../record.ts';

/** Records of one partition in offset order. Offsets below `nextOffset` without a record hold none. */
export interface Chunk {
  readonly records: readonly KafkaRecord[];
  readonly nextOffset: bigint;
  /** Leader epoch of the last offset; undefined if it is unknown. */
  readonly lastEpoch?: number | undefined;
}

/** Limits of one slice; a single record is always let through. */
export interface SliceLimits {
  readonly maxRecords: number;
  /** Bytes of keys, values and headers. */
  readonly maxBytes: number;
}

/** Fetched records of one partition: chunks go in, slices of another size come out. */
export class ChunkQueue {
  readonly #limits: SliceLimits;
  #records: KafkaRecord[] = [];
  /** Set while something is queued, if only offsets without records. */
  #nextOffset: bigint | undefined;
  #lastEpoch: number | undefined;
  /** Sum of the records' encoded sizes. */
  #encodedBytes = 0;

  constructor(limits: SliceLimits) {
    this.#limits = limits;
  }

  /** Memory of the queued records, in bytes. */
  get bytes(): number {
    return this.#encodedBytes + OBJECT_BYTES * this.#records.length;
  }

  /** The record that is taken next. */
  get first(): KafkaRecord | undefined {
    return this.#records[0];
  }

  push({ records, nextOffset, lastEpoch }: Chunk): void {
    for (const record of records) this.#records.push(record);
    this.#encodedBytes += encodedBytesOf(records);
    this.#nextOffset = nextOffset;
    this.#lastEpoch = lastEpoch;
  }

  /** The next slice, or undefined if nothing is queued. */
  take(): Chunk | undefined {
    const end = this.#nextOffset;
    if (end === undefined) return undefined;
    const records = this.#takeFitting();
    const last = records.at(-1);
    if (last !== undefined && this.#records.length > 0)
      return { records, nextOffset: BigInt(last.offset) + 1n, lastEpoch: last.leaderEpoch };
    this.#nextOffset = undefined;
    return { records, nextOffset: end, lastEpoch: this.#lastEpoch };
  }

  /** Usually all records fit, and none has to be counted again. */
  #takeFitting(): readonly KafkaRecord[] {
    const { maxRecords, maxBytes } = this.#limits;
    const all = this.#records;
    const isWhole = all.length <= maxRecords && this.#encodedBytes <= maxBytes;
    const records = isWhole ? all : all.slice(0, fittingCount(all, this.#limits));
    this.#records = all.slice(records.length);
    this.#encodedBytes -= isWhole ? this.#encodedBytes : encodedBytesOf(records);
    return records;
  }

  clear(): void {
    this.#records = [];
    this.#nextOffset = undefined;
    this.#encodedBytes = 0;
  }
}

function fittingCount(records: readonly KafkaRecord[], { maxRecords, maxBytes }: SliceLimits): number {
  let bytes = 0;
  const end = records.findIndex((record, index) => {
    bytes += record.encodedSize;
    return index > 0 && (index >= maxRecords || bytes > maxBytes);
  });
  return end === -1 ? records.length : end;
}

/** Memory of a record besides its bytes. Without it, empty records would never fill the queue. */
const OBJECT_BYTES = 150;

function encodedBytesOf(records: readonly KafkaRecord[]): number {
  return records.reduce((sum, { encodedSize }) => sum + encodedSize, 0);
}
