export { type ClusterAdmin, openAdmin, type TopicLayout } from './admin/admin.ts';
export type { TopicConfig, TopicSetup } from './admin/describe-topics.ts';
export type { Group, GroupMember } from './admin/group.ts';
export { type Lag, lagOf } from './admin/lag.ts';
export type { LogRange, LogSlice } from './admin/log-slice.ts';
export { type OffsetOf, type Position, resolvePosition } from './admin/position.ts';
export { splitSlice } from './admin/split-slice.ts';
export { requireTopics } from './admin/topics.ts';
export type { DecodeLimits } from './client/codecs.ts';
export { connectKafka, type KafkaClient } from './client/connect.ts';
export {
  describeError,
  isTooLarge,
  isTransientError,
  kafkaErrors,
  kafkaErrorType,
  toUserError,
} from './client/errors.ts';
export type { PartitionProgress } from './consume/assigned-partition.ts';
export { openSource, type RecordBatch, type Source, type SourceOptions } from './consume/batch-source.ts';
export { parseSkip, type Skip } from './consume/unreadable.ts';
export {
  createDeadLetterRecords,
  fromDeadLetterRecord,
  redriveCountOf,
  toRedrivenRecord,
} from './produce/dead-letter-record.ts';
export {
  type EncodedEvent,
  type EncodeEvent,
  type EventPublisher,
  openEventPublisher,
} from './produce/event-publisher.ts';
export { openPublisher, type Publisher, type RecordPlace, withHeader } from './produce/publisher.ts';
export type {
  EncodedRecord,
  KafkaRecord,
  NamedHeaders,
  OutgoingRecord,
  RecordHeaders,
} from './record.ts';
export {
  type GroupSettings,
  groupSettings,
  isTopicName,
  type KafkaSettings,
  kafkaSettings,
  requireOwnDeadLetterTopic,
} from './settings.ts';
export {
  type PartitionOffsets,
  parsePartition,
  partitionName,
  type TopicPartition,
} from './topic-partition.ts';
