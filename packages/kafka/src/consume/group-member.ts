/// <reference path="../patched-kafkajs.d.ts" />
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, pause, withDeadline } from '@pipeline/runtime';
import type { Consumer, EachBatchPayload, JoinedGroup, Kafka } from 'kafkajs';
import { METADATA_MAX_AGE_MS } from '../client/connect.ts';
import { isTransientWhileRunning, kafkaErrorType } from '../client/errors.ts';
import type { KafkaRecord } from '../record.ts';
import type { GroupSettings } from '../settings.ts';
import { byTopic, partitionName, type TopicPartition } from '../topic-partition.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { Assignment, OffsetCommit } from './assignment.ts';
import { continuesLog, type FetchEpochEnd } from './continues-log.ts';
import { OffsetCommitter } from './offset-committer.ts';
import type { UnreadableBatch } from './unreadable.ts';

export interface MemberOptions {
  readonly topics: readonly string[];
  readonly settings: GroupSettings;
  readonly assignment: Assignment;
  readonly logger: Logger;
  /** The end of a leader epoch of a partition, according to a leader that was elected for `electedEpoch`. */
  readonly fetchEpochEnd: FetchEpochEnd;
  /** Whether a batch that cannot be read is skipped; otherwise it ends the member. */
  readonly skipUnreadable: (batch: UnreadableBatch) => boolean;
  /** Called after every rebalance, and if a log was truncated; nothing is fetched before `start`. */
  readonly onRebalance: (owned: readonly AssignedPartition[]) => void;
  /** Called when the member has stopped permanently, with its error. */
  readonly onCrash: (error: Error) => void;
  /** Called before each retry of a commit. */
  readonly onRetry: (error: unknown) => void;
  /** Called when commits have failed permanently. */
  readonly onCommitFailure: (error: unknown) => void;
  /** Ends retries of commits. */
  readonly signal: AbortSignal;
}

/** Errors of a commit during a rebalance: a member that keeps its partition commits afterwards. */
const rebalancing = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION'];
const REBALANCE_POLL_MS = 100;
/** A member that does not leave blocks its partitions for the other members until its session expires. */
const LAST_COMMITS_MS = 2_000;
/** A partition without room for this long is paused; until then it blocks the fetcher, as backpressure. */
const NO_ROOM_MS = 1_000;
/** A log that cannot be checked for this long is located again; a handler that waits sends no heartbeats. */
const CHECK_MS = 2_000;
/**
 * Number of handlers that kafkajs runs concurrently. They only queue records and wait for room. With fewer
 * handlers than partitions in a fetch, their waits of a second each could add up to the rebalance timeout.
 */
const MAX_HANDLERS = 1_000;

/**
 * One membership of a consumer group, from joining to leaving; one that crashed is replaced. It connects
 * kafkajs's consumer with the assignment: rebalances and fetched records go in, pauses, seeks and commits
 * come out.
 *
 * A batch counts as read (resolved) as soon as the assignment has queued it, so that the next fetch runs
 * while it is written; it counts as done (committed) only when its slice is completed. Records that were read
 * but not completed are read again after every rebalance. Slices in flight of partitions that the member
 * keeps are committed first, so that neither a rebalance nor a stop repeats work.
 */
export class GroupMember {
  readonly #consumer: Consumer;
  readonly #options: MemberOptions;
  readonly #committer: OffsetCommitter;
  #heardAt = performance.now();
  #hasStopped = false;
  /** Of the last batch, because kafkajs's consumer has no public methods for them. */
  #payload: Pick<EachBatchPayload, 'commitOffsetsIfNecessary' | 'heartbeat'> | undefined;
  #heartbeats: NodeJS.Timeout | undefined;

  constructor(kafka: Kafka, options: MemberOptions) {
    this.#consumer = createConsumer(kafka, options);
    this.#options = options;
    // The next member takes over the assignment: a retry of this one must not commit for it, or be refused
    // for it.
    const uncommitted = () => (this.#hasStopped ? [] : options.assignment.uncommitted());
    this.#committer = new OffsetCommitter(
      { uncommitted },
      {
        send: (commits) => this.#send(commits),
        recover: (error, tries) => this.#recover(error, tries),
        onFailure: options.onCommitFailure,
      },
    );
  }

  /** Milliseconds since the last fetch, or since its records last waited for room. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** Resolves when the member has joined the group for the first time. A member that fails to is closed. */
  async join(): Promise<void> {
    try {
      await this.#join();
    } catch (error) {
      await this.#consumer.disconnect().catch(() => {});
      throw error;
    }
  }

  async #join(): Promise<void> {
    await this.#consumer.connect();
    // From the beginning, always: an unknown position must never skip records (kafkajs#1119).
    await this.#consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true });
    const { GROUP_JOIN, STOP, CRASH, FETCH } = this.#consumer.events;
    this.#consumer.on(FETCH, () => this.#hear());
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#onJoin(payload as JoinedGroup));
    // From here on kafkajs accepts no calls, and this member cannot commit; after a crash STOP comes before
    // CRASH.
    this.#consumer.on(STOP, () => this.#onStop());
    this.#consumer.on(CRASH, ({ payload }) => this.#options.onCrash(payload.error));
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: MAX_HANDLERS,
      eachBatch: (payload) => this.#accept(payload),
    });
    this.#heartbeats = setInterval(() => this.#sendHeartbeat(), heartbeatMs(this.#options.settings) / 2);
  }

  #hear(): void {
    this.#heardAt = performance.now();
  }

  /**
   * kafkajs sends heartbeats only between fetches. If one takes longer than the session, because the network or the
   * machine is slow, the member would be expelled, and what it has not committed be read again. kafkajs's next heartbeat
   * meets the same errors as this one, and joins again.
   */
  #sendHeartbeat(): void {
    this.#payload?.heartbeat().catch(() => {});
  }

  #onStop(): void {
    this.#hasStopped = true;
    clearInterval(this.#heartbeats);
    this.#options.assignment.revokeAll();
  }

  /** kafkajs emits this before it fetches for the new assignment, and does not wait. */
  #onJoin({ memberId, generationId: generation, memberAssignment }: JoinedGroup): void {
    const { topics, assignment, logger, onRebalance } = this.#options;
    const partitions = topics.flatMap((topic) =>
      (memberAssignment[topic] ?? []).map((partition) => ({ topic, partition })),
    );
    const owned = assignment.rebalance(memberId, partitions);
    // Until the positions are located: kafkajs would begin at the committed offsets, which may be out of
    // range.
    this.#consumer.pause(numbersByTopic(partitions));
    logger.info({ partitions: partitions.map(partitionName), generation }, 'joined the group');
    onRebalance(owned);
  }

  /** A log may have been truncated, so the ledgers are compared with the logs. */
  #relocateTruncated(owner: AssignedPartition, firstEpoch: number | undefined): void {
    const { logger } = this.#options;
    const { topic, partition, position } = owner;
    owner.doubt = doubtOf(owner, firstEpoch);
    const offset = String(position);
    logger.info(
      { topic, partition, offset },
      'a new leader may lack records; comparing its log with the ledger',
    );
    this.relocate();
  }

  /** Locates all positions again; nothing is fetched before `start`. */
  relocate(): void {
    const { assignment, onRebalance } = this.#options;
    const owned = assignment.relocate();
    this.#consumer.pause(numbersByTopic(assignment.partitions));
    onRebalance(owned);
  }

  /** Starts fetching partitions at their positions. */
  start(positions: ReadonlyMap<AssignedPartition, { readonly offset: bigint }>): void {
    for (const [{ topic, partition }, { offset }] of positions)
      this.#consumer.seek({ topic, partition, offset: String(offset) });
    // kafkajs keeps pauses over a rebalance: this ends those of `pause`, too.
    this.#consumer.resume(numbersByTopic([...positions.keys()]));
  }

  /** Stops fetching a partition until the next rebalance. */
  pause(owner: AssignedPartition): void {
    if (owner.state !== 'revoked') this.#consumer.pause(numbersByTopic([owner]));
  }

  async #accept(payload: EachBatchPayload): Promise<void> {
    const { assignment } = this.#options;
    this.#payload = payload;
    const { messages } = payload.batch;
    const owner = assignment.find(payload.batch);
    if (owner === undefined || !(await this.#waitForRoom(owner, payload.heartbeat))) return;
    if (payload.isStale() || !payload.isRunning()) return;
    const fetchedOffset = BigInt(payload.fetchedOffset);
    if (fetchedOffset !== owner.position || owner.state !== 'reading') return;
    const firstEpoch = knownEpoch(payload.firstEpoch);
    const continues = await this.#continues(owner, firstEpoch);
    if (payload.isStale() || !payload.isRunning() || owner.state !== 'reading') return;
    if (!continues) return this.#relocateTruncated(owner, firstEpoch);
    const last = payload.batch.lastOffset();
    // kafkajs's types have headers as an object, and the patches read them as pairs.
    const records = messages as readonly unknown[] as readonly KafkaRecord[];
    const chunk = { records, nextOffset: BigInt(last) + 1n, lastEpoch: knownEpoch(payload.lastEpoch) };
    if (!owner.accept(fetchedOffset, chunk)) return;
    assignment.notify();
    payload.resolveOffset(last);
  }

  /** Whether records with this leader epoch continue the log of a partition; false if that is unknown. */
  async #continues(owner: AssignedPartition, firstEpoch: number | undefined): Promise<boolean> {
    if (owner.doubt === doubtOf(owner, firstEpoch)) return true;
    const checked = continuesLog(owner, firstEpoch, this.#options.fetchEpochEnd);
    return await withDeadline(checked, CHECK_MS, 'the end of a leader epoch').catch(() => false);
  }

  /**
   * Waits for room in the read-ahead. If there is none for a while, because the slice in flight does not end,
   * the partition is paused: kafkajs fetches nothing while a handler waits, and the other partitions must
   * continue. If no partition has room, the wait continues with heartbeats, and fails if one reports a
   * rebalance.
   */
  async #waitForRoom(owner: AssignedPartition, heartbeat: () => Promise<void>): Promise<boolean> {
    const { assignment } = this.#options;
    const hasRoom = () => assignment.hasRoom(owner) || owner.state !== 'reading';
    if (hasRoom()) return true;
    const freed = assignment.until(hasRoom);
    let isFreed = await resolvesWithin(freed, NO_ROOM_MS);
    while (!isFreed && assignment.isFull) {
      this.#hear();
      await heartbeat();
      isFreed = await resolvesWithin(freed, NO_ROOM_MS);
    }
    if (isFreed && !assignment.hasEnded) return true;
    this.#pauseUntil(owner, freed);
    return false;
  }

  /** After the end the partition stays paused: records queued then would never be taken. */
  #pauseUntil(owner: AssignedPartition, freed: Promise<void>): void {
    this.pause(owner);
    void freed.then(() => {
      const isWanted = owner.state === 'reading' && !this.#options.assignment.hasEnded;
      if (isWanted) this.#consumer.resume(numbersByTopic([owner]));
    });
  }

  async leave(): Promise<void> {
    await withDeadline(this.committed(), LAST_COMMITS_MS, 'the last commits').catch(() => {});
    await this.#consumer.disconnect();
  }

  /**
   * Commits an offset that is lower than the committed one, because the log was truncated.
   * @throws kafkajs's error
   */
  async commitBack({ topic, partition }: AssignedPartition, offset: bigint): Promise<void> {
    await this.#consumer.commitOffsets([{ topic, partition, offset: String(offset) }]);
  }

  /** Requests a commit of all completed offsets; resolves at once unless commits are failing. */
  commit(): Promise<void> {
    return this.#committer.request();
  }

  /** Resolves when everything completed is committed. @throws the error that ended all commits */
  committed(): Promise<void> {
    return this.#committer.settled();
  }

  async #send(commits: readonly OffsetCommit[]): Promise<void> {
    const offsets = commits.map(({ owner: { topic, partition }, offset }) => ({
      ...{ topic, partition },
      offset: String(offset),
    }));
    const topics = byTopic(offsets).map(({ topic, partitions }) => ({ topic, partitions: [...partitions] }));
    await this.#payload?.commitOffsetsIfNecessary({ topics }).catch((error) => {
      if (kafkaErrorType(error) !== 'UNKNOWN_MEMBER_ID') throw error;
      for (const { owner } of commits) this.#abandon(owner);
    });
  }

  /**
   * Expelled from the group: others may have the partition. kafkajs joins again, under another id, after the next
   * heartbeat; until then it would fetch the same records over and over.
   */
  #abandon(owner: AssignedPartition): void {
    this.pause(owner);
    owner.stop('revoked');
    this.#options.assignment.notify();
  }

  async #recover(error: unknown, tries: number): Promise<void> {
    const { signal, onRetry } = this.#options;
    // The next member of this process may have the same instance id, which fences this one.
    if (this.#hasStopped) return;
    if (rebalancing.includes(kafkaErrorType(error))) return await sleep(REBALANCE_POLL_MS);
    if (!isTransientWhileRunning(error)) throw error;
    onRetry(error);
    await pause(Math.min(100 * 2 ** tries, 2_000), signal);
  }
}

function numbersByTopic(all: readonly TopicPartition[]) {
  return byTopic(all).map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition }) => partition),
  }));
}

function doubtOf({ position }: AssignedPartition, firstEpoch: number | undefined): string {
  return `${position}:${firstEpoch}`;
}

/** Old message formats have no leader epochs. */
function knownEpoch(epoch: number | undefined): number | undefined {
  return epoch === -1 ? undefined : epoch;
}

function heartbeatMs({ KAFKA_SESSION_TIMEOUT_MS: sessionMs }: GroupSettings): number {
  return Math.floor(sessionMs / 5);
}

async function resolvesWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  const resolved = new AbortController();
  const expired = sleep(ms, false, { signal: resolved.signal });
  const isResolved = await Promise.race([promise.then(() => true), expired]);
  resolved.abort();
  return isResolved;
}

function createConsumer(kafka: Kafka, { settings, skipUnreadable }: MemberOptions): Consumer {
  return kafka.consumer({
    groupId: settings.KAFKA_GROUP_ID,
    groupInstanceId: settings.KAFKA_GROUP_INSTANCE_ID,
    sessionTimeout: settings.KAFKA_SESSION_TIMEOUT_MS,
    rebalanceTimeout: settings.KAFKA_REBALANCE_TIMEOUT_MS,
    heartbeatInterval: heartbeatMs(settings),
    maxWaitTimeInMs: settings.KAFKA_FETCH_WAIT_MS,
    maxBytes: settings.KAFKA_FETCH_MAX_BYTES,
    maxBytesPerPartition: settings.KAFKA_FETCH_MAX_PARTITION_BYTES,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    retry: {
      retries: 5,
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      restartOnFailure: async () => false,
      skipUnreadable,
    },
  });
}
