import type { KafkaRecord, PartitionOffsets } from '@pipeline/kafka';
import type { Clock } from './clock.ts';
import { Group } from './group.ts';
import { type Entry, PartitionLog } from './log.ts';
import { kafkaError } from './network.ts';
import type { Random } from './random.ts';

export const TOPIC = 'events';

/** A partition: its leader's log, and that of a former leader that still answers. */
export class Partition {
  log = new PartitionLog();
  /** The broker that leads it. */
  leader = 0;
  former: { readonly log: PartitionLog; readonly leader: number; readonly until: number } | undefined;
  /** The lowest offset of each truncation. */
  readonly truncations: number[] = [];
}

/** A Kafka cluster with one topic, its group and the dead-letter topic. */
export class Cluster {
  topicId = 1;
  readonly partitions: Partition[];
  readonly group: Group;
  /** The dead-letter topic: partition, offset and value of the originals. */
  readonly #published = new Set<string>();
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(clock: Clock, random: Random, partitions: number) {
    this.#clock = clock;
    this.#random = random;
    this.partitions = Array.from({ length: partitions }, () => new Partition());
    this.group = new Group(
      clock,
      random,
      this.partitions.map((_, index) => index),
    );
  }

  partition(number: number): Partition {
    const partition = this.partitions[number];
    if (partition === undefined) throw kafkaError('UNKNOWN_TOPIC_OR_PARTITION');
    return partition;
  }

  get topicUuid(): string {
    return `00000000-0000-4000-8000-${String(this.topicId).padStart(12, '0')}`;
  }

  /** Another broker leads a partition, without the entries from `end` on. The former one still answers. */
  elect(number: number, end: number): void {
    const partition = this.partition(number);
    const { log, leader } = partition;
    const until = this.#clock.now + this.#random.between(0, 2_000);
    partition.former = { log, leader, until };
    partition.log = log.elect(end);
    partition.leader = 1 - leader;
    if (end < log.end) partition.truncations.push(end);
  }

  /** Deletes the topic, with the group's offsets, and creates it under the same name. */
  recreate(): void {
    this.topicId++;
    for (const [index] of this.partitions.entries()) this.partitions[index] = new Partition();
    this.group.committed.clear();
  }

  /** What a broker returns for a fetch; undefined if there is nothing yet. */
  fetch(number: number, broker: number, offset: number): readonly Entry[] {
    const log = this.#logOn(number, broker);
    if (offset < log.start || offset > log.end) throw kafkaError('OFFSET_OUT_OF_RANGE');
    return log.entries.slice(offset, offset + 1 + this.#random.below(12));
  }

  #logOn(number: number, broker: number): PartitionLog {
    const { log, leader, former } = this.partition(number);
    if (leader === broker) return log;
    if (former?.leader === broker && former.until > this.#clock.now) return former.log;
    throw kafkaError('NOT_LEADER_FOR_PARTITION');
  }

  /** Appends to the dead-letter topic. */
  publish(records: Iterable<{ readonly value: Buffer | null; readonly headers?: unknown }>): void {
    for (const { value, headers } of records) {
      // Encoded: the length of the value, a byte, follows the name.
      const header = (name: string) =>
        new RegExp(`__dlq.errors.${name}.(\\d+)`, 's').exec(String(headers))?.[1];
      this.#published.add(`${header('partition')} ${header('offset')} ${value}`);
    }
  }

  /** Whether a record of a partition is in the dead-letter topic. */
  isPublished(partition: number, { offset, value }: KafkaRecord): boolean {
    return this.#published.has(`${partition} ${offset} ${value}`);
  }

  /** Offsets of every partition, and the group's commits; the caller has asked for the topic's id before. */
  offsets(topicId: string): readonly PartitionOffsets[] {
    return this.partitions.map(({ log }, partition) => ({
      topic: TOPIC,
      partition,
      topicId,
      logStart: BigInt(log.start),
      logEnd: BigInt(log.end),
      stableEnd: BigInt(log.end),
      committed: this.group.committed.get(partition),
    }));
  }
}
