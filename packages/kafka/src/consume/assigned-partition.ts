import type { TopicPartition } from '../topic-partition.ts';
import { type Chunk, ChunkQueue, type SliceLimits } from './chunk-queue.ts';

/** Records that one loop works on, and the partition that they belong to. */
export interface Slice extends Chunk {
  readonly owner: AssignedPartition;
}

/**
 * `locating`: its position is being looked up; nothing is accepted.
 * `reading`: fetched records are accepted and handed out.
 * `paused`: by the caller, until the next rebalance.
 * `revoked`: the group has taken the partition away; final.
 */
export type PartitionState = 'locating' | 'reading' | 'paused' | 'revoked';

/**
 * One partition for as long as this member owns it. All of its state is here, and changed only by its methods. Fencing
 * is ownership: a revoked partition accepts, hands out and completes nothing. If the group assigns it to this member
 * again, that is another object.
 */
export class AssignedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly queue: ChunkQueue;
  state: PartitionState = 'locating';
  /** The next offset to accept from a fetch. */
  position = 0n;
  /** Taken and not yet released. */
  inFlight: Slice | undefined;
  /** Everything below is done and safe to commit. */
  completed = 0n;
  /** What Kafka has acknowledged. */
  committed = 0n;

  constructor({ topic, partition }: TopicPartition, limits: SliceLimits) {
    this.topic = topic;
    this.partition = partition;
    this.queue = new ChunkQueue(limits);
  }

  get isUncommitted(): boolean {
    return this.state !== 'revoked' && this.completed > this.committed;
  }

  /** Reads from a position; the slice that was in flight before must have been released. */
  startAt(position: bigint): void {
    this.position = position;
    this.completed = position;
    this.committed = position;
    this.state = 'reading';
  }

  /**
   * Queues what was fetched from `fetchedOffset` on.
   * @returns false if the partition is not being read, or the chunk does not follow the last one: while a leader
   * moves, the former and the new leader may both answer
   */
  accept(fetchedOffset: bigint, chunk: Chunk): boolean {
    if (this.state !== 'reading' || fetchedOffset !== this.position) return false;
    this.position = chunk.nextOffset;
    this.queue.push(chunk);
    return true;
  }

  /** The next slice, or undefined if there is none, or the last one has not been released. */
  take(): Slice | undefined {
    if (this.state !== 'reading' || this.inFlight !== undefined) return undefined;
    const chunk = this.queue.take();
    this.inFlight = chunk && { ...chunk, owner: this };
    return this.inFlight;
  }

  /** The slice in flight is done. */
  complete(slice: Slice): void {
    if (this.state !== 'revoked' && slice === this.inFlight) this.completed = slice.nextOffset;
  }

  /** The next slice may be taken, whether this one was completed or not. */
  release(slice: Slice): void {
    if (slice === this.inFlight) this.inFlight = undefined;
  }

  /** Kafka has committed an offset. */
  acknowledge(offset: bigint): void {
    if (offset > this.committed) this.committed = offset;
  }

  /** Hands out nothing more, except that a slice in flight may be completed; what is queued is fetched again later. */
  stop(state: Exclude<PartitionState, 'reading'>): void {
    this.queue.clear();
    if (this.state !== 'revoked') this.state = state;
  }
}
