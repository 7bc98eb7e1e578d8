import {
  backoffMs,
  defaultBackoff,
  type Logger,
  pause,
  retryForever,
  UserError,
  withDeadline,
} from '@pipeline/runtime';
import kafkajs, { type Kafka } from 'kafkajs';
import type { ClusterAdmin } from '../admin/admin.ts';
import { registerCodecs } from '../client/codecs.ts';
import { connectKafka } from '../client/connect.ts';
import { isTransientError, isTransientWhileRunning, toUserError } from '../client/errors.ts';
import type { KafkaRecord } from '../record.ts';
import type { GroupSettings, KafkaSettings } from '../settings.ts';
import { type PartitionOffsets, partitionName, type TopicPartition } from '../topic-partition.ts';
import type { AssignedPartition, PartitionProgress, Slice } from './assigned-partition.ts';
import { Assignment } from './assignment.ts';
import { GroupMember } from './group-member.ts';
import { type LedgerAccess, Locator, type Position } from './locator.ts';
import { allowSkips, type Skip } from './unreadable.ts';

/** Consecutive records of one partition. Offsets below `nextOffset` without a record hold none. */
export interface RecordBatch extends TopicPartition {
  readonly records: readonly KafkaRecord[];
  readonly nextOffset: bigint;
  /** Leader epoch of the last offset; undefined if it is unknown. */
  readonly lastEpoch?: number | undefined;
  /**
   * Marks everything below `nextOffset` as done; call it only once that is true. The commit is sent at once,
   * or up to 20 ms later together with others. Resolves without waiting for Kafka's response; while commits
   * fail, it resolves once they succeed again. A permanent error ends the source.
   */
  commitOffsets(): Promise<void>;
  /** Leaves the batch undone and reads no more of its partition until the next rebalance. */
  pausePartition(): void;
}

/** The records of the partitions that are assigned to this member of the group. */
export type Source = Omit<BatchSource, 'start'>;

export interface SourceOptions extends LedgerAccess {
  readonly settings: KafkaSettings & GroupSettings;
  readonly name: string;
  /** Looks up log starts, log ends and committed offsets. */
  readonly admin: Pick<ClusterAdmin, 'clusterId' | 'fetchOffsets' | 'fetchEpochEnd' | 'fetchRecord'>;
  readonly logger: Logger;
  /** Ends the source; batches in flight may still be committed. */
  readonly signal: AbortSignal;
  /** Ends the source at the offsets where the partitions ended when it first looked. */
  readonly once: boolean;
  /** Unreadable batches to skip; any other unreadable batch ends the source. Defaults to none. */
  readonly skips?: readonly Skip[];
  /** Looks up the partitions that an operator has paused, after every rebalance. Defaults to none. */
  readonly readPauses?: () => Promise<readonly TopicPartition[]>;
  /** Called after every rebalance: pauses of `pausePartition` have ended. */
  readonly onRebalance: () => void;
  /** Called before each retry after a transient error. */
  readonly onRetry: (error: unknown) => void;
}

/**
 * Joins the group; resolves once the member has joined, however long Kafka is unavailable until then.
 * @throws UserError for a permanent error, the signal's reason once it is aborted
 */
export async function openSource(options: SourceOptions): Promise<Source> {
  const { DECOMPRESSED_MAX_BYTES, DECODED_MAX_RECORDS } = options.settings;
  registerCodecs({ maxBytes: DECOMPRESSED_MAX_BYTES, maxRecords: DECODED_MAX_RECORDS });
  const source = new BatchSource(options);
  await source.start();
  return source;
}

/** The source; `start` joins the group. */
export class BatchSource implements AsyncDisposable {
  readonly #options: SourceOptions;
  readonly #connect: () => Kafka;
  readonly #assignment: Assignment;
  #ends: ReadonlyMap<string, bigint> | undefined;
  #locating: Promise<void> = Promise.resolve();
  /** Aborted by the next rebalance, which replaces the lookup of positions. */
  #replaced = new AbortController();
  readonly #locator: Locator;
  #member: GroupMember | undefined;
  #isClosed = false;
  /** Crashes since the last completed batch; drives the backoff of the next join. */
  #crashes = 0;

  /** @param connect creates the client of each group member; defaults to one with the settings */
  constructor(
    options: SourceOptions,
    connect: () => Kafka = () => connectKafka(options.settings, options.name, options.logger),
  ) {
    const { BATCH_MAX_EVENTS, BATCH_MAX_BYTES, BUFFER_MAX_BYTES } = options.settings;
    this.#options = options;
    this.#connect = connect;
    this.#locator = new Locator(options);
    const limits = { maxRecords: BATCH_MAX_EVENTS, maxBytes: BATCH_MAX_BYTES };
    this.#assignment = new Assignment(limits, BUFFER_MAX_BYTES);
  }

  /** Whether the member belongs to the group. */
  get joined(): boolean {
    return this.#assignment.isJoined;
  }

  /** The partitions of the latest assignment. */
  get partitions(): readonly PartitionProgress[] {
    return this.#assignment.partitions;
  }

  /** Milliseconds since the member's last fetch or heartbeat; both happen every few seconds. */
  get silentMs(): number {
    return this.#member?.silentMs ?? 0;
  }

  /** Number of batches in flight. */
  get batchesInFlight(): number {
    return this.#assignment.inFlight;
  }

  /**
   * Reads none of these partitions, and all others, until the next call or lookup. A batch in flight is completed.
   * Before a partition is read again, positions are located as after a rebalance: its log may have changed.
   */
  pausePartitions(partitions: readonly TopicPartition[]): void {
    const { paused, hasResumed } = this.#assignment.pauseOnly(partitions);
    for (const owner of paused) this.#member?.pause(owner);
    this.#endIfPaused();
    if (hasResumed) this.#member?.relocate();
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    signal.addEventListener('abort', () => this.#assignment.end(), { once: true });
    await this.#join(isTransientError);
  }

  /**
   * Batches until the source ends: each partition's in order and one at a time. Several loops may iterate at
   * once. Asking for the next batch releases the last one, committed or not. A loop that ends early, with or
   * without an error, never releases its batch: no other loop gets the records that follow, so none can
   * commit beyond it.
   * @throws UserError, or kafkajs's error, when the source cannot go on
   */
  async *batches(): AsyncGenerator<RecordBatch> {
    for (let slice = await this.#assignment.take(); slice; slice = await this.#assignment.take()) {
      yield this.#toBatch(slice);
      // Not in a `finally`: after an error nothing that follows the batch may be handed out.
      this.#assignment.release(slice);
    }
    await this.#member?.committed().catch(throwUserError);
  }

  #toBatch(slice: Slice): RecordBatch {
    const { owner, records, nextOffset, lastEpoch } = slice;
    const { topic, partition } = owner;
    const commitOffsets = async () => {
      owner.complete(slice);
      this.#crashes = 0;
      this.#endIfDrained();
      await this.#member?.commit();
    };
    const pausePartition = () => {
      this.#member?.pause(owner);
      owner.stop('paused');
      this.#assignment.notify();
    };
    return { topic, partition, records, nextOffset, lastEpoch, commitOffsets, pausePartition };
  }

  #join(isTransient: (error: unknown) => boolean): Promise<void> {
    const { settings, skips = [], logger, onRetry, signal } = this.#options;
    return this.#retry(() => {
      const member = new GroupMember(this.#connect(), {
        topics: settings.KAFKA_TOPIC,
        settings,
        assignment: this.#assignment,
        logger,
        fetchEpochEnd: this.#options.admin.fetchEpochEnd,
        skipUnreadable: allowSkips(skips, (batch) => logger.warn(batch, 'skipped an unreadable batch')),
        onRebalance: (owned) => this.#onRebalance(member, owned),
        onCrash: (error) => void this.#onCrash(error),
        onRetry,
        onCommitFailure: (error) => this.#assignment.end({ error: toUserError(error) }),
        signal,
      });
      this.#member = member;
      return member.join();
    }, isTransient);
  }

  /** kafkajs has given up and would leave the process idle, so this joins again, or ends the source. */
  async #onCrash(error: unknown): Promise<void> {
    if (this.#isClosed) return;
    if (!isTransientWhileRunning(error)) return this.#assignment.end({ error: toUserError(error) });
    this.#options.onRetry(error);
    try {
      // A member may join and crash repeatedly, so a join alone does not count as a success.
      await pause(backoffMs(defaultBackoff, ++this.#crashes, Math.random()), this.#options.signal);
      if (this.#isClosed) return;
      await this.#join(isTransientWhileRunning);
      // Closed during the join: closing did not see the new member.
      if (this.#isClosed) await this.#member?.leave();
    } catch (final) {
      this.#assignment.end({ error: toUserError(final) });
    }
  }

  /** Looks positions up one at a time: an outdated lookup must not open a ledger after a newer one. */
  #onRebalance(member: GroupMember, owned: readonly AssignedPartition[]): void {
    this.#replaced.abort();
    this.#replaced = new AbortController();
    const { signal } = this.#replaced;
    this.#locating = this.#locating
      .then(() => this.#startReading(member, owned, signal))
      .catch((error) => void (signal.aborted || this.#onCrash(error)));
  }

  async #startReading(
    member: GroupMember,
    owned: readonly AssignedPartition[],
    replaced: AbortSignal,
  ): Promise<void> {
    if (!(await this.#assignment.settled(owned))) return;
    await member.committed();
    if (!this.#assignment.isCurrent(owned)) return;
    this.#options.onRebalance();
    const signal = AbortSignal.any([this.#options.signal, replaced]);
    const positions = await this.#retry(() => this.#locate(member, owned), isTransientWhileRunning, signal);
    if (!this.#assignment.isCurrent(owned)) return;
    const started = [...positions].filter(([partition, { offset, epoch }]) =>
      this.#assignment.start(partition, offset, epoch),
    );
    member.start(new Map(started));
    this.#endIfPaused();
    this.#endIfDrained();
  }

  /** Where to start reading each of these partitions. */
  async #locate(
    member: GroupMember,
    owned: readonly AssignedPartition[],
  ): Promise<ReadonlyMap<AssignedPartition, Position>> {
    const { readPauses = async () => [] } = this.#options;
    const [offsets, paused] = await Promise.all([this.#fetchOffsets(), readPauses()]);
    this.#assignment.pauseOnly(paused);
    this.#ends ??= new Map(offsets.map((one) => [partitionName(one), one.stableEnd]));
    const located = owned.map(async (owner) => {
      const position = await this.#locator.locate(offsetsOf(owner, offsets), {
        fetchAgain: async () => offsetsOf(owner, await this.#fetchOffsets()),
        commitBack: (offset) => member.commitBack(owner, offset),
      });
      return [owner, position] as const;
    });
    return new Map(await Promise.all(located));
  }

  async #fetchOffsets(): Promise<readonly PartitionOffsets[]> {
    const { settings, admin } = this.#options;
    const [offsets, clusterId] = await Promise.all([
      admin.fetchOffsets(settings.KAFKA_TOPIC, settings.KAFKA_GROUP_ID),
      admin.clusterId(),
    ]);
    return offsets.map((one) => ({ ...one, clusterId }));
  }

  #endIfDrained(): void {
    const ends = this.#ends;
    if (this.#options.once && ends !== undefined && this.#assignment.isDrained(ends)) this.#assignment.end();
  }

  /** A paused partition would never be drained. */
  #endIfPaused(): void {
    const [paused] = this.#options.once ? this.#assignment.paused : [];
    if (paused === undefined) return;
    const problem = `${partitionName(paused)} is paused, and cannot be drained`;
    this.#assignment.end({ error: new UserError(problem, 'resume it first') });
  }

  #retry<Value>(
    operation: () => Promise<Value>,
    isTransient: (error: unknown) => boolean,
    signal = this.#options.signal,
  ): Promise<Value> {
    const { onRetry } = this.#options;
    const isWorthRetry = (error: unknown) => !this.#isClosed && isTransient(error);
    return retryForever(operation, { isTransient: isWorthRetry, onRetry, signal }).catch(throwUserError);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#assignment.end();
    const left = this.#member?.leave() ?? Promise.resolve();
    await withDeadline(left, 5_000, 'leaving the group').catch(() => {});
  }
}

function offsetsOf(
  { topic, partition }: TopicPartition,
  offsets: readonly PartitionOffsets[],
): PartitionOffsets {
  const found = offsets.find((one) => one.partition === partition && one.topic === topic);
  if (found === undefined)
    throw new kafkajs.KafkaJSError(`no broker has offsets of partition ${topic}/${partition} yet`);
  return found;
}

function throwUserError(error: unknown): never {
  throw toUserError(error);
}
