import type { KafkaRecord } from '../record.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { type Chunk, ChunkQueue, type SliceLimits } from './chunk-queue.ts';

/** Records that one loop works on, and the partition that they belong to. */
export interface Slice extends Chunk {
  readonly owner: AssignedPartition;
}

/** How far a member has processed one of its partitions. Times are milliseconds since 1970. */
export interface PartitionProgress extends TopicPartition {
  /** Everything below is done. */
  readonly completed: bigint;
  /** Timestamp of the first record that was fetched and is not done; undefined if there is none. */
  readonly fetchedMs: number | undefined;
  /** Timestamp of the last record that is done; undefined before the first one. */
  readonly storedMs: number | undefined;
  /** When the last batch was done; undefined before the first one. */
  readonly doneMs: number | undefined;
}

/**
 * `locating`: its position is being looked up; nothing is accepted.
 * `reading`: fetched records are accepted and handed out.
 * `paused`: by the caller, until the next rebalance, or for longer by `Assignment.pauseOnly`.
 * `revoked`: the partition no longer belongs to this member; final.
 */
export type PartitionState = 'locating' | 'reading' | 'paused' | 'revoked';

/**
 * One partition for as long as this member owns it. All of its state is here, and changed only by its
 * methods. Fencing is ownership: a revoked partition accepts, hands out and completes nothing. If the group
 * assigns it to this member again, a new object represents it.
 */
export class AssignedPartition implements PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  readonly queue: ChunkQueue;
  state: PartitionState = 'locating';
  /** The next offset to accept from a fetch. */
  position = 0n;
  /** Leader epoch of the offset before `position`; undefined if it is unknown. */
  epoch: number | undefined;
  /**
   * Offset and leader epoch of a fetch that did not seem to continue the log. If the same is fetched after the
   * positions were located, it is accepted.
   */
  doubt: string | undefined;
  /** Taken and not yet released. */
  inFlight: Slice | undefined;
  /** Everything below is done and safe to commit. */
  completed = 0n;
  /** The offset that Kafka has acknowledged. */
  committed = 0n;
  fetchedMs: number | undefined;
  storedMs: number | undefined;
  doneMs: number | undefined;

  constructor({ topic, partition }: TopicPartition, limits: SliceLimits) {
    this.topic = topic;
    this.partition = partition;
    this.queue = new ChunkQueue(limits);
  }

  get isUncommitted(): boolean {
    return this.state !== 'revoked' && this.completed > this.committed;
  }

  /** Starts reading at a position; an earlier slice must have been released. */
  startAt(position: bigint, epoch?: number): void {
    this.position = position;
    this.epoch = epoch;
    this.completed = position;
    this.committed = position;
    this.fetchedMs = undefined;
    this.storedMs = undefined;
    this.state = 'reading';
  }

  /**
   * Queues the records fetched from `fetchedOffset` on.
   * @returns false if the partition is not being read, or the chunk does not follow the last one: while a
   * leader moves, the former and the new leader may both answer
   */
  accept(fetchedOffset: bigint, chunk: Chunk): boolean {
    if (this.state !== 'reading' || fetchedOffset !== this.position) return false;
    this.position = chunk.nextOffset;
    this.epoch = chunk.lastEpoch;
    this.fetchedMs ??= timestampOf(chunk.records[0]);
    this.queue.push(chunk);
    return true;
  }

  /**
   * Returns the next slice; undefined if there is none, as in every state but `reading`, or the last one has not
   * been released.
   */
  take(): Slice | undefined {
    if (this.inFlight !== undefined) return undefined;
    const chunk = this.queue.take();
    this.inFlight = chunk && { ...chunk, owner: this };
    return this.inFlight;
  }

  /** Marks the slice in flight as done. */
  complete(slice: Slice): void {
    if (this.state === 'revoked' || slice !== this.inFlight) return;
    this.completed = slice.nextOffset;
    this.doneMs = Date.now();
    this.storedMs = timestampOf(slice.records.at(-1)) ?? this.storedMs;
    this.fetchedMs = timestampOf(this.queue.first);
  }

  /** Releases a slice, completed or not, so that the next one can be taken. */
  release(slice: Slice): void {
    if (slice === this.inFlight) this.inFlight = undefined;
  }

  /** Records an offset that Kafka has committed. */
  acknowledge(offset: bigint): void {
    if (offset > this.committed) this.committed = offset;
  }

  /**
   * Stops reading. A slice in flight may still be completed; queued records are dropped and fetched again
   * later.
   */
  stop(state: Exclude<PartitionState, 'reading'>): void {
    this.queue.clear();
    if (this.state !== 'revoked') this.state = state;
  }
}

/** Milliseconds since 1970; undefined for a record without a time. */
function timestampOf(record: KafkaRecord | undefined): number | undefined {
  const ms = Number(record?.timestamp ?? -1);
  return ms < 0 ? undefined : ms;
}
