import type { TopicPartition } from './admin.ts';
import type { KafkaRecord } from './record.ts';

/** Records of one partition in offset order, and the offset after them; offsets between may hold no record. */
export interface Slice extends TopicPartition {
  readonly records: readonly KafkaRecord[];
  readonly nextOffset: bigint;
}

/** How large a slice may become. One record is always let through. */
export interface SliceLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

interface Lane {
  readonly chunks: Slice[];
  busy: boolean;
  closed: boolean;
}

/**
 * What was fetched and is not yet written. Fetches of a partition are merged, or cut, into slices; of each partition
 * only one slice is out at a time, so that its records are written in order; partitions take turns.
 */
export class RecordBuffer {
  readonly #limits: SliceLimits;
  readonly #lanes = new Map<string, Lane>();
  #bytes = 0;

  constructor(limits: SliceLimits) {
    this.#limits = limits;
  }

  /** What the records that wait take of memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds what follows the partition's last slice. */
  push(chunk: Slice): void {
    const lane = this.#lane(chunk);
    if (lane.closed) return;
    lane.chunks.push(chunk);
    this.#bytes += memoryOf(chunk.records);
  }

  /** The next slice of a partition that has none out, or undefined; `release` lets its partition go on. */
  take(): Slice | undefined {
    for (const [key, lane] of this.#lanes) {
      if (lane.busy || lane.closed || lane.chunks.length === 0) continue;
      this.#moveToEnd(key, lane);
      lane.busy = true;
      const slice = takeSlice(lane.chunks, this.#limits);
      this.#bytes -= memoryOf(slice.records);
      return slice;
    }
    return undefined;
  }

  /** The partition's slice is done with. */
  release(slice: TopicPartition): void {
    this.#lane(slice).busy = false;
  }

  /** Whether a slice of the partition is out. */
  isBusy(partition: TopicPartition): boolean {
    return this.#lane(partition).busy;
  }

  /** Lets nothing more of a partition out, until `clear`. */
  close(partition: TopicPartition): void {
    const lane = this.#lane(partition);
    lane.closed = true;
    this.#empty(lane);
  }

  /** Forgets everything that waits, because it will be fetched again; slices that are out stay out. */
  clear(): void {
    for (const lane of this.#lanes.values()) {
      lane.closed = false;
      this.#empty(lane);
    }
  }

  #empty(lane: Lane): void {
    for (const { records } of lane.chunks) this.#bytes -= memoryOf(records);
    lane.chunks.length = 0;
  }

  #lane({ topic, partition }: TopicPartition): Lane {
    const key = `${topic}/${partition}`;
    const lane = this.#lanes.get(key) ?? { chunks: [], busy: false, closed: false };
    this.#lanes.set(key, lane);
    return lane;
  }

  #moveToEnd(key: string, lane: Lane): void {
    this.#lanes.delete(key);
    this.#lanes.set(key, lane);
  }
}

/** Takes whole chunks from the front while they fit, and cuts the one that does not when nothing else was taken. */
function takeSlice(chunks: Slice[], limits: SliceLimits): Slice {
  const taken: Slice[] = [];
  let room = limits;
  for (let chunk = chunks[0]; chunk !== undefined; chunk = chunks[0]) {
    const count = fittingCount(chunk.records, room);
    if (count < chunk.records.length) {
      if (taken.length === 0) taken.push(cutFront(chunks, chunk, Math.max(count, 1)));
      break;
    }
    taken.push(chunk);
    chunks.shift();
    room = { maxRecords: room.maxRecords - count, maxBytes: room.maxBytes - bytesOf(chunk.records) };
  }
  return mergeChunks(taken);
}

function fittingCount(records: readonly KafkaRecord[], { maxRecords, maxBytes }: SliceLimits): number {
  let bytes = 0;
  const end = records.findIndex((record, index) => {
    bytes += record.size;
    return index >= maxRecords || bytes > maxBytes;
  });
  return end === -1 ? records.length : end;
}

/** Cuts the first `count` records off the chunk at the front; the rest stays there. */
function cutFront(chunks: Slice[], chunk: Slice, count: number): Slice {
  const rest = chunk.records.slice(count);
  const [next] = rest;
  if (next === undefined) {
    chunks.shift();
    return chunk;
  }
  chunks[0] = { ...chunk, records: rest };
  return { ...chunk, records: chunk.records.slice(0, count), nextOffset: BigInt(next.offset) };
}

function mergeChunks(taken: readonly Slice[]): Slice {
  const last = taken.at(-1);
  if (last === undefined) throw new RangeError('there is no chunk to take');
  return taken.length === 1 ? last : { ...last, records: taken.flatMap((chunk) => chunk.records) };
}

function bytesOf(records: readonly KafkaRecord[]): number {
  return records.reduce((sum, { size }) => sum + size, 0);
}

/** What a record takes besides its bytes: an object with its texts. A flood of empty records would never be held back. */
const OBJECT_BYTES = 150;

function memoryOf(records: readonly KafkaRecord[]): number {
  return bytesOf(records) + OBJECT_BYTES * records.length;
}
