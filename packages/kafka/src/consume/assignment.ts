import { partitionName, type TopicPartition } from '../topic-partition.ts';
import { AssignedPartition, type Slice } from './assigned-partition.ts';
import type { SliceLimits } from './chunk-queue.ts';

/** A commit that Kafka has not acknowledged yet. */
export interface OffsetCommit {
  readonly owner: AssignedPartition;
  readonly offset: bigint;
}

/** What a change of the paused partitions has done to the owned ones. */
export interface PauseChange {
  /** Those that were read before, and are not to be fetched any more. */
  readonly paused: readonly AssignedPartition[];
  /** Whether one is no longer paused. It is read again once positions have been located. */
  readonly hasResumed: boolean;
}

/**
 * The partitions that the group has assigned to this member. The fetcher puts records in, loops take slices
 * out, and the committer commits completed offsets. Every change wakes waiting callers.
 */
export class Assignment {
  readonly #limits: SliceLimits;
  readonly #bufferMaxBytes: number;
  #memberId: string | undefined;
  /** Replaced by every rebalance. */
  #owned: readonly AssignedPartition[] = [];
  /** The same partitions in the order of their turns, next first. */
  #turns: AssignedPartition[] = [];
  /** Revoked partitions whose last slice was in flight at the last rebalance. */
  #retired: readonly AssignedPartition[] = [];
  /** Names of the partitions that stay paused over rebalances. */
  #paused: ReadonlySet<string> = new Set();
  #changed = Promise.withResolvers<void>();
  #end: { readonly error?: unknown } | undefined;

  /** @param bufferMaxBytes read-ahead of all partitions together; one may use half of it */
  constructor(limits: SliceLimits, bufferMaxBytes: number) {
    this.#limits = limits;
    this.#bufferMaxBytes = bufferMaxBytes;
  }

  /** Whether the member belongs to the group. */
  get isJoined(): boolean {
    return this.#memberId !== undefined;
  }

  get partitions(): readonly AssignedPartition[] {
    return this.#owned;
  }

  /** Number of slices in flight, those of revoked partitions included. */
  get inFlight(): number {
    return this.#busy().length;
  }

  #busy(): readonly AssignedPartition[] {
    return [...this.#owned, ...this.#retired].filter(({ inFlight }) => inFlight !== undefined);
  }

  find(partition: TopicPartition): AssignedPartition | undefined {
    return this.#owned.find((one) => isSame(one, partition));
  }

  /**
   * Takes over the group's new assignment. The same member keeps its partitions, with their slices in flight;
   * a new member id means that the member was expelled, and other members may have had its partitions. All
   * positions must be located again.
   * @returns the owned partitions, which identify this rebalance for `settled` and `isCurrent`
   */
  rebalance(memberId: string, partitions: readonly TopicPartition[]): readonly AssignedPartition[] {
    const kept = memberId === this.#memberId ? this.#owned.filter(({ state }) => state !== 'revoked') : [];
    this.#memberId = memberId;
    return this.#replace(
      partitions.map(
        (partition) =>
          kept.find((one) => isSame(one, partition)) ?? new AssignedPartition(partition, this.#limits),
      ),
    );
  }

  /**
   * Locates all partitions again, because the log of one may have changed below its position. Pauses end as with a
   * rebalance, except those of `pauseOnly`.
   */
  relocate(): readonly AssignedPartition[] {
    return this.#replace(this.#owned.filter(({ state }) => state !== 'revoked'));
  }

  /** Pauses these partitions and no others, whether owned or not, until the next call. */
  pauseOnly(partitions: readonly TopicPartition[]): PauseChange {
    const before = this.#paused;
    this.#paused = new Set(partitions.map(partitionName));
    const paused = this.#owned.filter((one) => one.state === 'reading' && this.#isPaused(one));
    for (const one of paused) one.stop('paused');
    this.notify();
    const isResumed = (one: AssignedPartition) =>
      one.state === 'paused' && before.has(partitionName(one)) && !this.#isPaused(one);
    return { paused, hasResumed: this.#owned.some(isResumed) };
  }

  #isPaused(partition: TopicPartition): boolean {
    return this.#paused.has(partitionName(partition));
  }

  /** The owned partitions among those of `pauseOnly`. */
  get paused(): readonly AssignedPartition[] {
    return this.#owned.filter((one) => this.#isPaused(one));
  }

  /** Starts reading a located partition at its position. @returns false if it is paused */
  start(owner: AssignedPartition, position: bigint, epoch?: number): boolean {
    owner.startAt(position, epoch);
    if (this.#isPaused(owner)) owner.stop('paused');
    return owner.state === 'reading';
  }

  /** Revokes all partitions, after the member has left the group or was expelled. */
  revokeAll(): void {
    this.#memberId = undefined;
    this.#replace([]);
  }

  #replace(owned: readonly AssignedPartition[]): readonly AssignedPartition[] {
    for (const one of this.#owned) if (!owned.includes(one)) one.stop('revoked');
    for (const one of owned) one.stop('locating');
    this.#retired = this.#busy().filter((one) => !owned.includes(one));
    this.#owned = owned;
    this.#turns = [...owned];
    this.notify();
    return owned;
  }

  /**
   * Resolves when no slice of these partitions is in flight, including one taken before a partition was
   * revoked and assigned again: the lookup of positions must see its write.
   * @returns false if a later rebalance has replaced this one, or the assignment has ended
   */
  async settled(owned: readonly AssignedPartition[]): Promise<boolean> {
    const isBusy = (partition: AssignedPartition) => this.#busy().some((one) => isSame(one, partition));
    await this.until(() => owned !== this.#owned || !owned.some(isBusy));
    return this.isCurrent(owned);
  }

  /** Whether no later rebalance has replaced this one. */
  isCurrent(owned: readonly AssignedPartition[]): boolean {
    return owned === this.#owned && !this.hasEnded;
  }

  /**
   * Whether a partition has room left: in its half of the read-ahead, so that it does not block the others, and
   * in the total. An equal share would be smaller than a fetch: the next slice would be whatever was fetched
   * while one was written, and slices half as large cost Postgres and the consumer more.
   */
  hasRoom({ queue }: AssignedPartition): boolean {
    return queue.bytes < this.#bufferMaxBytes / Math.min(2, this.#owned.length) && !this.isFull;
  }

  /**
   * Whether the read-ahead of all partitions is used up, and no partition has room. Records queued behind a
   * slice in flight do not count: slices that do not end, at most one per loop, must not block the other
   * partitions.
   */
  get isFull(): boolean {
    const next = this.#owned.filter(({ inFlight }) => inFlight === undefined);
    return next.reduce((sum, { queue }) => sum + queue.bytes, 0) >= this.#bufferMaxBytes;
  }

  /** Whether the assignment has ended, so that no slices are handed out. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /**
   * The next slice, or undefined once the assignment has ended. Partitions take turns.
   * @throws the error that it ended with
   */
  async take(): Promise<Slice | undefined> {
    while (this.#end === undefined) {
      const slice = this.takeNext();
      if (slice !== undefined) return slice;
      await this.#changed.promise;
    }
    if (this.#end.error !== undefined) throw this.#end.error;
    return undefined;
  }

  /** The next slice, or undefined if there is none now. */
  takeNext(): Slice | undefined {
    for (const [index, partition] of this.#turns.entries()) {
      const slice = partition.take();
      if (slice === undefined) continue;
      this.#turns.push(...this.#turns.splice(index, 1));
      this.notify();
      return slice;
    }
    return undefined;
  }

  /** Releases a slice, so that its partition can hand out the next one. */
  release(slice: Slice): void {
    slice.owner.release(slice);
    this.notify();
  }

  /** Offsets that are completed and not yet committed. */
  uncommitted(): readonly OffsetCommit[] {
    const owners = this.#owned.filter(({ isUncommitted }) => isUncommitted);
    return owners.map((owner) => ({ owner, offset: owner.completed }));
  }

  /**
   * Whether every partition has been located and is done up to its end; partitions without an end are done. A
   * member that has left the group owns no partitions, but is not drained: it joins again.
   * @param ends by the names of the partitions
   */
  isDrained(ends: ReadonlyMap<string, bigint>): boolean {
    const isDone = (one: AssignedPartition) =>
      one.state !== 'locating' && one.completed >= (ends.get(partitionName(one)) ?? 0n);
    return this.isJoined && this.#owned.every(isDone);
  }

  /** Ends all loops, with the error if there is one. Only the first call has an effect. */
  end(end: { readonly error?: unknown } = {}): void {
    this.#end ??= end;
    this.notify();
  }

  /** Resolves when a condition holds, or the assignment has ended. */
  async until(condition: () => boolean): Promise<void> {
    while (!this.hasEnded && !condition()) await this.#changed.promise;
  }

  /** Wakes waiting callers after a change to one of the partitions. */
  notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

function isSame(a: TopicPartition, b: TopicPartition): boolean {
  return a.partition === b.partition && a.topic === b.topic;
}
