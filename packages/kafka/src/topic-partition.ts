/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `TOPIC/PARTITION`, which identifies a partition: a topic's name has no slash. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** Parses `TOPIC:PARTITION`; undefined if the text has another form. */
export function parsePartition(text: string): TopicPartition | undefined {
  const [, topic, partition] = /^([\w.-]+):(\d{1,9})$/.exec(text) ?? [];
  return topic === undefined ? undefined : { topic, partition: Number(partition) };
}

/** Partitions by topic, in the form of kafkajs. */
export function byTopic<One extends TopicPartition>(
  all: readonly One[],
): readonly { readonly topic: string; readonly partitions: readonly One[] }[] {
  const groups = Map.groupBy(all, ({ topic }) => topic);
  return [...groups].map(([topic, partitions]) => ({ topic, partitions }));
}

/** A partition of a topic with known ids: a topic that is deleted and recreated has a new id. */
export interface LogPartition extends TopicPartition {
  /** Hexadecimal; undefined before Kafka 2.8. */
  readonly topicId?: string | undefined;
  /** Id of the cluster; undefined if it has none, or was not looked up. */
  readonly clusterId?: string | undefined;
}

/** The offsets of a partition and of a group's commit. */
export interface PartitionOffsets extends LogPartition {
  readonly logStart: bigint;
  readonly logEnd: bigint;
  /** Last stable offset: less than `logEnd` while a transaction is open. */
  readonly stableEnd: bigint;
  /** Undefined if the group has never committed. */
  readonly committed: bigint | undefined;
}
