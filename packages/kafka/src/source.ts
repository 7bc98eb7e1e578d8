import { backoffMs, defaultBackoff, type Logger, pause, retryForever, withDeadline } from '@pipeline/runtime';
import type { ClusterAdmin, LogPartition, PartitionOffsets, TopicPartition } from './admin.ts';
import { registerCodecs } from './codecs.ts';
import { connectKafka } from './connect.ts';
import { isTransientError, kafkaErrorType, toUserError } from './errors.ts';
import { FetchQueue } from './fetch-queue.ts';
import { createMember, type Member, type Positions } from './member.ts';
import type { KafkaRecord } from './record.ts';
import type { Slice } from './record-buffer.ts';
import { type Ledger, resumeOffset } from './resume.ts';
import { sayWhereReadingResumes } from './resume-log.ts';
import type { GroupSettings, KafkaSettings } from './settings.ts';
import { allowSkips, type Skip } from './unreadable.ts';

/** A run of one partition's records, in order. Offsets below `nextOffset` that no record stands for hold none. */
export interface RecordBatch extends TopicPartition {
  readonly records: readonly KafkaRecord[];
  readonly nextOffset: bigint;
  /**
   * Tells Kafka that everything below `nextOffset` is done, at once or some 20 ms later with what else is done by then.
   * Call it only once that is true. Resolves without Kafka's answer, unless Kafka takes no commits: then when it does.
   * What fails for good ends the source.
   */
  commitOffsets(): Promise<void>;
  /** Leaves the batch undone and reads no more of its partition, until the group shares out its partitions anew. */
  pausePartition(): void;
}

/** The records of a topic that fall to this member of the group. */
export interface Source extends AsyncDisposable {
  /**
   * Batches until the source ends: each partition's in order and one at a time. Several loops may iterate at once;
   * asking for the next batch says that the last one is done with, committed or not. A loop that is left, by an error or
   * not, never says so: nobody gets what follows its batch, and could commit beyond it.
   * @throws UserError, or kafkajs's error, when the source cannot go on
   */
  batches(): AsyncIterable<RecordBatch>;
  /** Whether the member belongs to the group. */
  readonly joined: boolean;
  /** The partitions that the member was given last. */
  readonly partitions: readonly number[];
  /** Milliseconds since the member last fetched or said that it is alive; it does both every few seconds. */
  readonly silentMs: number;
  /** How many batches are being worked on. */
  readonly batchesOut: number;
}

export interface SourceOptions {
  readonly kafkaSettings: KafkaSettings;
  readonly groupSettings: GroupSettings;
  readonly name: string;
  /** Answers where partitions begin, end and have been committed. */
  readonly admin: ClusterAdmin;
  readonly logger: Logger;
  /** Ends the source: batches that are out may still be committed. */
  readonly signal: AbortSignal;
  /** Ends the source where the partitions ended when it first looked. */
  readonly once: boolean;
  /** Batches to pass over should they be unreadable; any other unreadable batch ends the source. Defaults to none. */
  readonly skips?: readonly Skip[];
  /** How far a partition is accounted for: to `logStart` where nothing is known of it, or only of a former topic. */
  readonly openLedger: (partition: LogPartition, logStart: bigint) => Promise<Ledger>;
  /** Called whenever the group has shared out its partitions: pauses are over then. */
  readonly onShared: () => void;
  /** Called before each new try of something that failed and is expected to pass. */
  readonly onRetry: (error: unknown) => void;
}

/** Joins the group; resolves when the group has let it in, however long Kafka is away until then. */
export async function openSource(options: SourceOptions): Promise<Source> {
  registerCodecs(options.groupSettings.DECOMPRESSED_MAX_BYTES);
  allowSkips(options.skips ?? [], (batch) => options.logger.warn(batch, 'passed over an unreadable batch'));
  const source = new GroupSource(options);
  await source.start();
  return source;
}

class GroupSource implements Source {
  readonly #options: SourceOptions;
  readonly #intake: FetchQueue;
  /** How far each partition of this member is done. */
  #done = new Map<number, bigint>();
  #ends: ReadonlyMap<number, bigint> | undefined;
  #located: Promise<unknown> = Promise.resolve();
  #member: Member | undefined;
  #closed = false;
  /** Since a batch was done. */
  #crashes = 0;

  constructor(options: SourceOptions) {
    const { BATCH_MAX_EVENTS, BATCH_MAX_BYTES, BUFFER_MAX_BYTES } = options.groupSettings;
    this.#options = options;
    this.#intake = new FetchQueue(
      { maxRecords: BATCH_MAX_EVENTS, maxBytes: BATCH_MAX_BYTES },
      BUFFER_MAX_BYTES,
    );
  }

  get joined(): boolean {
    return this.#member?.partitions !== undefined;
  }

  get partitions(): readonly number[] {
    return this.#member?.partitions ?? [];
  }

  get silentMs(): number {
    return this.#member?.silentMs ?? 0;
  }

  get batchesOut(): number {
    return this.#intake.out;
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    signal.addEventListener('abort', () => this.#intake.end(), { once: true });
    await this.#join();
  }

  async *batches(): AsyncGenerator<RecordBatch> {
    for (let slice = await this.#intake.take(); slice; slice = await this.#intake.take()) {
      yield this.#toBatch(slice);
      // Not in a `finally`: after an error the partition must stand still.
      this.#intake.release(slice);
    }
    await this.#member?.committed().catch(throwUserError);
  }

  #toBatch(slice: Slice): RecordBatch {
    const member = this.#member;
    const epoch = member?.epoch ?? 0;
    const commitOffsets = async () => {
      await member?.commit(slice, epoch);
      if (this.#done.has(slice.partition)) this.#done.set(slice.partition, slice.nextOffset);
      this.#crashes = 0;
      this.#endIfDrained();
    };
    const pausePartition = () => {
      this.#intake.close(slice);
      member?.pause(slice.partition);
    };
    return { ...slice, commitOffsets, pausePartition };
  }

  #join(): Promise<void> {
    const { kafkaSettings, name, logger } = this.#options;
    return this.#retry(() => {
      this.#member = createMember(connectKafka(kafkaSettings, name, logger), {
        topic: kafkaSettings.KAFKA_TOPIC,
        settings: this.#options.groupSettings,
        intake: this.#intake,
        logger,
        locate: (partitions) =>
          this.#inTurn(() => this.#retry(() => this.#locate(partitions), passesUnderway)),
        onCrash: (error) => void this.#onCrash(error),
        onRetry: this.#options.onRetry,
        onCommitFailure: (error) => this.#intake.end({ error: toUserError(error) }),
        signal: this.#options.signal,
      });
      return this.#member.join();
    });
  }

  /** kafkajs has given up, and would leave the process standing idle: join anew, or end. */
  async #onCrash(error: Error): Promise<void> {
    if (this.#closed) return;
    if (!passesUnderway(error)) return this.#intake.end({ error: toUserError(error) });
    this.#options.onRetry(error);
    try {
      // A member may be let in, crash at once, and so on: joining alone is no success.
      await pause(backoffMs(defaultBackoff, ++this.#crashes, Math.random()), this.#options.signal);
      await this.#join();
    } catch (final) {
      this.#intake.end({ error: toUserError(final) });
    }
  }

  /** What was asked for before the last rebalance must not open a ledger, or say what is done, after what is asked now. */
  #inTurn<Value>(locate: () => Promise<Value>): Promise<Value> {
    const turn = this.#located.then(locate);
    this.#located = turn.catch(() => {});
    return turn;
  }

  async #locate(partitions: readonly number[]): Promise<Positions> {
    const { kafkaSettings, groupSettings, onShared } = this.#options;
    onShared();
    const offsets = await this.#options.admin.fetchOffsets(
      kafkaSettings.KAFKA_TOPIC,
      groupSettings.KAFKA_GROUP_ID,
    );
    this.#ends ??= new Map(offsets.map(({ partition, stableEnd }) => [partition, stableEnd]));
    const mine = offsets.filter(({ partition }) => partitions.includes(partition));
    const positions = new Map(await Promise.all(mine.map((standing) => this.#locateOne(standing))));
    this.#done = new Map(positions);
    this.#endIfDrained();
    return positions;
  }

  async #locateOne(offsets: PartitionOffsets): Promise<readonly [number, bigint]> {
    const { openLedger, logger } = this.#options;
    const ledger = await openLedger(offsets, offsets.logStart);
    const position = resumeOffset({ ...offsets, ledger: ledger.nextOffset });
    sayWhereReadingResumes(logger, offsets, ledger, position);
    return [offsets.partition, position];
  }

  #endIfDrained(): void {
    const ends = this.#ends;
    const isDrained = ([partition, done]: readonly [number, bigint]) => done >= (ends?.get(partition) ?? 0n);
    if (this.#options.once && [...this.#done].every(isDrained)) this.#intake.end();
  }

  #retry<Value>(operation: () => Promise<Value>, isTransient = isTransientError): Promise<Value> {
    const { signal, onRetry } = this.#options;
    return retryForever(operation, { isTransient, onRetry, signal }).catch(throwUserError);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#intake.end();
    const left = this.#member?.leave() ?? Promise.resolve();
    await withDeadline(left, 5_000, 'leaving the group').catch(() => {});
  }
}

/** A topic that goes missing under a running consumer is being made anew; one that was never there is a mistake. */
function passesUnderway(error: unknown): boolean {
  return isTransientError(error) || kafkaErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
}

function throwUserError(error: unknown): never {
  throw toUserError(error);
}
