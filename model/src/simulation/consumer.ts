import kafkajs, { type Kafka } from 'kafkajs';
import type { Clock } from './clock.ts';
import { type Cluster, TOPIC } from './cluster.ts';
import { type Membership, SESSION_MS } from './group.ts';
import type { Entry } from './log.ts';
import { type Host, kafkaError, type Network } from './network.ts';

type EachBatch = (payload: object) => Promise<void>;
type Listener = (event: { readonly payload: object }) => void;
interface PartitionsOfTopic {
  readonly partitions: readonly number[];
}
interface OffsetOfPartition {
  readonly partition: number;
  readonly offset: string;
}

const BROKERS = [0, 1];
const FETCH_WAIT_MS = 1_000;
const METADATA_MAX_AGE_MS = 10_000;
const RETRIES = 5;
const rebalancing = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'];
const stale = ['NOT_LEADER_FOR_PARTITION', 'OFFSET_OUT_OF_RANGE', 'KafkaJSStaleTopicMetadataAssignment'];

interface Metadata {
  readonly topicId: number;
  readonly leaders: readonly number[];
  readonly readAt: number;
}

/** A fetched batch of one partition. */
interface Fetched {
  readonly partition: number;
  readonly offset: number;
  readonly entries: readonly Entry[];
}

/**
 * kafkajs's consumer as the group member uses it: it joins, fetches from every broker at once, hands batches
 * to the handler, sends heartbeats between fetches, joins again after a rebalance, and crashes after some
 * errors since the last join.
 */
export class SimulatedConsumer {
  readonly events = {
    GROUP_JOIN: 'join',
    STOP: 'stop',
    CRASH: 'crash',
    FETCH: 'fetch',
    HEARTBEAT: 'heartbeat',
  };
  readonly #clock: Clock;
  readonly #network: Network;
  readonly #cluster: Cluster;
  readonly #host: Host;
  readonly #listeners = new Map<string, Listener>();
  #eachBatch: EachBatch = async () => {};
  #isRunning = false;
  #membership: Membership = { memberId: '', generation: -1, partitions: [] };
  #metadata: Metadata | undefined;
  #joinedTopicId = 0;
  #heartbeatAt = 0;
  readonly #paused = new Set<number>();
  readonly #seeks = new Map<number, number>();
  #positions = new Map<number, number>();
  readonly #handling = new Set<number>();

  constructor(clock: Clock, network: Network, cluster: Cluster, host: Host) {
    this.#clock = clock;
    this.#network = network;
    this.#cluster = cluster;
    this.#host = host;
  }

  on(name: string, listener: Listener): void {
    this.#listeners.set(name, listener);
  }

  async connect(): Promise<void> {
    await this.#ask(() => {});
  }

  async subscribe(): Promise<void> {}

  /** Like kafkajs's, it resolves after the first join, and reports a failure to join as a crash. */
  async run({ eachBatch }: { readonly eachBatch: EachBatch }): Promise<void> {
    this.#eachBatch = eachBatch;
    try {
      await this.#join();
    } catch (error) {
      return this.#crash(error);
    }
    this.#isRunning = true;
    void this.#consume();
  }

  pause([topic]: readonly PartitionsOfTopic[]): void {
    for (const partition of topic?.partitions ?? []) this.#paused.add(partition);
  }

  resume([topic]: readonly PartitionsOfTopic[]): void {
    for (const partition of topic?.partitions ?? []) this.#paused.delete(partition);
  }

  seek({ partition, offset }: OffsetOfPartition): void {
    this.#seeks.set(partition, Number(offset));
  }

  /** With the generation that was joined last, whatever the partitions. */
  async commitOffsets(offsets: readonly OffsetOfPartition[]): Promise<void> {
    const { memberId, generation } = this.#membership;
    const byPartition = new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]));
    await this.#ask(() => this.#cluster.group.commit(memberId, generation, byPartition));
  }

  async disconnect(): Promise<void> {
    this.#isRunning = false;
    const { memberId } = this.#membership;
    await this.#ask(() => this.#cluster.group.leave(memberId)).catch(() => {});
    this.#emit('stop');
  }

  #ask<Value>(operation: () => Value | Promise<Value>): Promise<Value> {
    return this.#network.call(this.#host, 'kafka', operation);
  }

  #emit(name: string, payload: object = {}): void {
    this.#listeners.get(name)?.({ payload });
  }

  #crash(error: unknown): void {
    this.#isRunning = false;
    this.#emit('stop');
    this.#emit('crash', { error });
  }

  /** Like kafkajs: errors count since the last join, and end it after some. */
  async #consume(): Promise<void> {
    for (let failures = 0; this.#isRunning; failures++) {
      try {
        await this.#fetchUntilError();
      } catch (error) {
        if (!this.#isRunning) return;
        if (failures >= RETRIES) return this.#crash(error);
        if (await this.#recover(error, failures)) failures = 0;
      }
    }
  }

  /** All fetchers stop at the first error of one. */
  async #fetchUntilError(): Promise<void> {
    const errors: unknown[] = [];
    const fetcher = async (broker: number) => {
      while (this.#isRunning && errors.length === 0)
        await this.#fetchAndHandle(broker).catch((error) => void errors.push(error));
    };
    await Promise.all(BROKERS.map(fetcher));
    if (errors.length > 0) throw errors[0];
  }

  /** Joins again if that helps, or waits. @returns whether it has joined */
  async #recover(error: unknown, failures: number): Promise<boolean> {
    const { type = '' } = error as { readonly type?: string };
    if (type === 'UNKNOWN_MEMBER_ID') this.#membership = { ...this.#membership, memberId: '' };
    if (stale.includes(type)) this.#metadata = undefined;
    const isJoined = [...stale, ...rebalancing].includes(type) && (await this.#tryToJoin());
    if (!isJoined) await this.#clock.sleep(Math.min(2_000, 100 * 2 ** failures));
    return isJoined;
  }

  #tryToJoin(): Promise<boolean> {
    return this.#join().then(
      () => true,
      () => false,
    );
  }

  async #join(): Promise<void> {
    const { topicId } = await this.#readMetadata();
    const membership = await this.#ask(() => this.#cluster.group.join(this.#membership.memberId));
    const committed = await this.#ask(() => new Map(this.#cluster.group.committed));
    this.#membership = membership;
    this.#joinedTopicId = topicId;
    this.#heartbeatAt = this.#clock.now;
    this.#positions = new Map(
      membership.partitions.map((partition) => [partition, Number(committed.get(partition) ?? 0n)]),
    );
    const { memberId, partitions } = membership;
    this.#emit('join', { memberId, memberAssignment: { [TOPIC]: partitions } });
  }

  async #readMetadata(): Promise<Metadata> {
    const known = this.#metadata;
    if (known !== undefined && known.readAt + METADATA_MAX_AGE_MS > this.#clock.now) return known;
    const read = await this.#ask(() => ({
      topicId: this.#cluster.topicId,
      leaders: this.#cluster.partitions.map(({ leader }) => leader),
    }));
    this.#metadata = { ...read, readAt: this.#clock.now };
    return this.#metadata;
  }

  async #heartbeat(): Promise<void> {
    if (this.#heartbeatAt + SESSION_MS / 5 > this.#clock.now) return;
    this.#heartbeatAt = this.#clock.now;
    const { memberId, generation } = this.#membership;
    await this.#ask(() => this.#cluster.group.heartbeat(memberId, generation));
    this.#emit('heartbeat');
  }

  async #fetchAndHandle(broker: number): Promise<void> {
    const { topicId, leaders } = await this.#readMetadata();
    if (topicId !== this.#joinedTopicId) throw kafkaError('KafkaJSStaleTopicMetadataAssignment');
    const fetched = await this.#fetch(broker, leaders);
    if (!this.#isRunning) return;
    this.#emit('fetch');
    await Promise.all(fetched.map((batch) => this.#handle(batch)));
    if (this.#isRunning) await this.#heartbeat();
  }

  async #fetch(broker: number, leaders: readonly number[]): Promise<readonly Fetched[]> {
    const mine = this.#membership.partitions.filter((partition) => leaders[partition] === broker);
    for (const partition of mine) this.#applySeek(partition);
    const wanted = mine
      .filter((partition) => !this.#paused.has(partition))
      .map((partition) => ({ partition, offset: this.#positions.get(partition) ?? 0 }));
    if (wanted.length === 0) {
      await this.#clock.sleep(FETCH_WAIT_MS / 2);
      return [];
    }
    const fetched = await this.#ask(() => this.#respond(broker, wanted));
    return fetched.filter(({ partition }) => this.#isWanted(partition));
  }

  #applySeek(partition: number): void {
    const offset = this.#seeks.get(partition);
    if (offset === undefined) return;
    this.#seeks.delete(partition);
    this.#positions.set(partition, offset);
  }

  /** Another fetcher may be handling the partition: it has moved to another broker. */
  #isWanted(partition: number): boolean {
    return !this.#seeks.has(partition) && !this.#paused.has(partition) && !this.#handling.has(partition);
  }

  /** The broker's side: without records it waits for some. */
  async #respond(broker: number, wanted: readonly Omit<Fetched, 'entries'>[]): Promise<readonly Fetched[]> {
    const read = () =>
      wanted
        .map((one) => ({ ...one, entries: this.#cluster.fetch(one.partition, broker, one.offset) }))
        .filter(({ entries }) => entries.length > 0);
    const found = read();
    if (found.length > 0) return found;
    await this.#clock.sleep(FETCH_WAIT_MS);
    return read();
  }

  async #handle(batch: Fetched): Promise<void> {
    this.#handling.add(batch.partition);
    try {
      await this.#eachBatch(this.#payloadOf(batch));
    } finally {
      this.#handling.delete(batch.partition);
    }
  }

  #payloadOf({ partition, offset, entries }: Fetched): object {
    const lastOffset = offset + entries.length - 1;
    const messages = entries.flatMap(({ record }) => record ?? []);
    return {
      batch: { topic: TOPIC, partition, messages, lastOffset: () => String(lastOffset) },
      fetchedOffset: String(offset),
      firstEpoch: entries[0]?.epoch,
      lastEpoch: entries.at(-1)?.epoch,
      isStale: () => this.#seeks.has(partition),
      isRunning: () => this.#isRunning,
      heartbeat: () => this.#heartbeat(),
      commitOffsetsIfNecessary: ({ topics }: { readonly topics: readonly { partitions: [] }[] }) =>
        this.commitOffsets(topics[0]?.partitions ?? []),
      resolveOffset: (last: string) => void this.#positions.set(partition, Number(last) + 1),
    };
  }
}

/** A client whose consumers are simulated. */
export function simulatedKafka(create: () => SimulatedConsumer): Kafka {
  return Object.assign(Object.create(kafkajs.Kafka.prototype), { consumer: create });
}
