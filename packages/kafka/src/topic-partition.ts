/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A partition of a topic with a known id: a topic that is deleted and recreated has a new id. */
export interface LogPartition extends TopicPartition {
  /** Hexadecimal; undefined before Kafka 2.8. */
  readonly topicId?: string | undefined;
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
