import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, pause, withDeadline } from '@pipeline/runtime';
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload, Kafka } from 'kafkajs';
import { METADATA_MAX_AGE_MS } from './connect.ts';
import { isTransientError, kafkaErrorType } from './errors.ts';
import type { FetchQueue } from './fetch-queue.ts';
import { type OffsetCommit, OffsetCommits } from './offset-commits.ts';
import type { KafkaRecord } from './record.ts';
import type { Slice } from './record-buffer.ts';
import type { GroupSettings } from './settings.ts';

/** Where this member begins to read each partition that it was given. */
export type Positions = ReadonlyMap<number, bigint>;

export interface MemberOptions {
  readonly topic: string;
  readonly settings: GroupSettings;
  readonly intake: FetchQueue;
  readonly logger: Logger;
  /** Decides where to begin; called whenever the group has shared out the partitions. Offsets that Kafka knows are left out. */
  readonly locate: (partitions: readonly number[]) => Promise<Positions>;
  /** The member stopped for good, with this error. */
  readonly onCrash: (error: Error) => void;
  /** Called before each new try of a commit. */
  readonly onRetry: (error: unknown) => void;
  /** Commits failed for good, with this error. */
  readonly onCommitFailure: (error: unknown) => void;
  /** Ends the tries to commit. */
  readonly signal: AbortSignal;
}

/** One membership of a consumer group, from joining to leaving. A member that crashed is replaced, not mended. */
export interface Member {
  /** Resolves when the group has let the member in. */
  join(): Promise<void>;
  /** The partitions that this member was given last; undefined until it has joined. */
  readonly partitions: readonly number[] | undefined;
  /** Counts the times that the group has shared out its partitions. */
  readonly epoch: number;
  /** Milliseconds since it last fetched or said that it is alive. */
  readonly silentMs: number;
  /**
   * Tells Kafka soon how far a partition has been written; resolves at once, unless Kafka takes no commits. Does nothing
   * when somebody else may have been given the partition since `epoch`: whoever has it now reads those records again.
   */
  commit(slice: Slice, epoch: number): Promise<void>;
  /** Resolves when Kafka has been told. @throws what commits failed with for good */
  committed(): Promise<void>;
  /** Fetches no more of a partition until the group shares out its partitions anew. */
  pause(partition: number): void;
  leave(): Promise<void>;
}

/** Kafka's names of "the partitions are being shared out anew": a member that keeps its partition commits afterwards. */
const rebalancing = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION'];
const REBALANCE_POLL_MS = 100;
/** A member that does not leave keeps its partitions from the others until its session is over. */
const LAST_COMMITS_MS = 2_000;

/**
 * A member that, once it has joined, lets fetched records flow into the intake.
 *
 * A batch counts as read (resolved) as soon as the intake has it, so that the next fetch runs while it is written;
 * it counts as done (committed) only when `commit` is called. Records that were read and not committed are read
 * again after every rebalance, which is why the intake is cleared then. What is out of a partition that the member
 * keeps is committed first, so that a rebalance repeats no work, and neither does a start after a stop.
 */
export function createMember(kafka: Kafka, options: MemberOptions): Member {
  const { settings } = options;
  const consumer = kafka.consumer({
    groupId: settings.KAFKA_GROUP_ID,
    sessionTimeout: settings.KAFKA_SESSION_TIMEOUT_MS,
    rebalanceTimeout: settings.KAFKA_REBALANCE_TIMEOUT_MS,
    heartbeatInterval: heartbeatMs(settings),
    maxWaitTimeInMs: settings.KAFKA_FETCH_WAIT_MS,
    maxBytes: settings.KAFKA_FETCH_MAX_BYTES,
    maxBytesPerPartition: settings.KAFKA_FETCH_MAX_PARTITION_BYTES,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 2_000, restartOnFailure: async () => false },
  });
  return new GroupMember(consumer, options);
}

function heartbeatMs(settings: GroupSettings): number {
  return Math.floor(settings.KAFKA_SESSION_TIMEOUT_MS / 5);
}

/** What kafkajs's type of a batch leaves out: the offset that was asked for, and the sizes of records. */
type FetchedBatch = Omit<EachBatchPayload['batch'], 'messages'> & {
  readonly fetchedOffset: string;
  readonly messages: readonly KafkaRecord[];
};

class GroupMember implements Member {
  readonly #consumer: Consumer;
  readonly #options: MemberOptions;
  #epoch = 0;
  #heardAt = performance.now();
  #partitions: readonly number[] | undefined;
  #memberId: string | undefined;
  /** The epoch since which this member has had each partition without a break. */
  #heldSince: ReadonlyMap<number, number> = new Map();
  #located: Promise<void> = Promise.resolve();
  /** Where the next fetch of each partition should begin. */
  #next = new Map<number, bigint>();
  readonly #commits: OffsetCommits;
  #commitOffsets: EachBatchPayload['commitOffsetsIfNecessary'] | undefined;

  constructor(consumer: Consumer, options: MemberOptions) {
    this.#consumer = consumer;
    this.#options = options;
    this.#commits = new OffsetCommits({
      send: (commits) => this.#send(commits),
      recover: (error, tries) => this.#recover(error, tries),
      onFailure: options.onCommitFailure,
    });
  }

  get epoch(): number {
    return this.#epoch;
  }

  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  get partitions(): readonly number[] | undefined {
    return this.#partitions;
  }

  async join(): Promise<void> {
    await this.#consumer.connect();
    // From the beginning, always: an unknown position must never jump over records (kafkajs#1119).
    await this.#consumer.subscribe({ topics: [this.#options.topic], fromBeginning: true });
    await this.#run();
  }

  async #run(): Promise<void> {
    const { GROUP_JOIN, STOP, CRASH, FETCH, HEARTBEAT } = this.#consumer.events;
    const hear = () => {
      this.#heardAt = performance.now();
    };
    this.#consumer.on(FETCH, hear);
    this.#consumer.on(HEARTBEAT, hear);
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#onShared(payload));
    this.#consumer.on(STOP, () => this.#onStop());
    this.#consumer.on(CRASH, ({ payload }) => this.#options.onCrash(payload.error));
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.#takeIn(payload),
    });
  }

  pause(partition: number): void {
    if (this.#heldSince.has(partition)) this.#consumer.pause(this.#all([partition]));
  }

  async leave(): Promise<void> {
    await withDeadline(this.committed(), LAST_COMMITS_MS, 'the last commits').catch(() => {});
    await this.#consumer.disconnect();
  }

  /** From here on kafkajs takes no orders; after a crash it says so only once it has hung up. */
  #onStop(): void {
    // What was read by a member that is gone cannot be committed by it.
    this.#epoch++;
    this.#heldSince = new Map();
  }

  /** kafkajs calls this before it fetches for the new assignment, and does not wait for it: `#takeIn` does. */
  #onShared({ memberId, memberAssignment }: ConsumerGroupJoinEvent['payload']): void {
    const epoch = ++this.#epoch;
    const partitions = memberAssignment[this.#options.topic] ?? [];
    // A member that got a new id had been shut out, and others may have had its partitions.
    const before = memberId === this.#memberId ? this.#heldSince : new Map<number, number>();
    this.#memberId = memberId;
    this.#heldSince = new Map(partitions.map((partition) => [partition, before.get(partition) ?? epoch]));
    this.#partitions = partitions;
    this.#options.intake.clear();
    // Until it is known where to begin: kafkajs would begin where Kafka's group stands, which may be out of range.
    this.#consumer.pause(this.#all(partitions));
    this.#options.logger.info({ partitions }, 'joined the group');
    this.#located = this.#seek(partitions, epoch);
    this.#located.catch(this.#options.onCrash);
  }

  async #seek(partitions: readonly number[], epoch: number): Promise<void> {
    const isSettled = await this.#options.intake.settled({ topic: this.#options.topic, partitions });
    await this.#commits.settled();
    if (!isSettled || epoch !== this.#epoch) return;
    const positions = await this.#options.locate(partitions);
    if (epoch !== this.#epoch) return;
    this.#next = new Map(positions);
    for (const [partition, offset] of positions) {
      this.#consumer.seek({ topic: this.#options.topic, partition, offset: String(offset) });
    }
    // kafkajs keeps pauses over a rebalance: this ends those of `pause`, too.
    this.#consumer.resume(this.#all(partitions));
  }

  #all(partitions: readonly number[]) {
    return [{ topic: this.#options.topic, partitions: [...partitions] }];
  }

  async #takeIn(payload: EachBatchPayload): Promise<void> {
    const epoch = this.#epoch;
    this.#commitOffsets = payload.commitOffsetsIfNecessary;
    await this.#stayingMember(
      payload,
      this.#located.then(() => this.#options.intake.room()),
    );
    if (epoch !== this.#epoch || payload.isStale() || !payload.isRunning()) return;
    const { topic, partition, messages, fetchedOffset } = payload.batch as unknown as FetchedBatch;
    // While a partition's leadership moves, the old leader's and the new one's answers may both come.
    if (BigInt(fetchedOffset) !== (this.#next.get(partition) ?? BigInt(fetchedOffset))) return;
    const last = payload.batch.lastOffset();
    const nextOffset = BigInt(last) + 1n;
    this.#next.set(partition, nextOffset);
    this.#options.intake.put({ topic, partition, records: messages, nextOffset });
    payload.resolveOffset(last);
  }

  /** Waits, and tells the group meanwhile that this member is alive; throws kafkajs's own error on a rebalance. */
  async #stayingMember(payload: EachBatchPayload, work: Promise<void>): Promise<void> {
    const { promise: lost, reject } = Promise.withResolvers<never>();
    const beat = setInterval(() => payload.heartbeat().catch(reject), heartbeatMs(this.#options.settings));
    try {
      await Promise.race([work, lost]);
    } finally {
      clearInterval(beat);
    }
  }

  commit({ partition, nextOffset }: Slice, epoch: number): Promise<void> {
    return this.#commits.add({ partition, nextOffset, epoch });
  }

  committed(): Promise<void> {
    return this.#commits.settled();
  }

  async #send(commits: readonly OffsetCommit[]): Promise<void> {
    const { topic } = this.#options;
    const partitions = commits
      .filter(({ partition, epoch }) => this.#hasHeld(partition, epoch))
      .map(({ partition, nextOffset }) => ({ partition, offset: String(nextOffset) }));
    if (partitions.length === 0) return;
    await this.#commitOffsets?.({ topics: [{ topic, partitions }] }).catch(passOverShutOut);
  }

  async #recover(error: unknown, tries: number): Promise<void> {
    const { signal, onRetry } = this.#options;
    if (rebalancing.includes(kafkaErrorType(error))) return await sleep(REBALANCE_POLL_MS);
    if (!isTransientError(error)) throw error;
    onRetry(error);
    await pause(Math.min(100 * 2 ** tries, 2_000), signal);
  }

  #hasHeld(partition: number, epoch: number): boolean {
    return epoch >= (this.#heldSince.get(partition) ?? Number.POSITIVE_INFINITY);
  }
}

/** Who has been shut out of the group commits nothing: others may have its partitions. */
function passOverShutOut(error: unknown): void {
  if (kafkaErrorType(error) !== 'UNKNOWN_MEMBER_ID') throw error;
}
