export { type ClusterAdmin, openAdmin, type PartitionOffsets, type TopicPartition } from './admin.ts';
export { connectKafka, type KafkaClient } from './connect.ts';
export { openSource, type RecordBatch, type Source, type SourceOptions } from './consume/batch-source.ts';
export { parseSkip, type Skip } from './consume/unreadable.ts';
export {
  type DeadLetterOrigin,
  fromDeadLetterRecord,
  type ReadDeadLetter,
  redriveCountOf,
  toDeadLetterRecord,
  toRedrivenRecord,
} from './dead-letter-record.ts';
export { isTooLarge, isTransientError, kafkaErrorType, toUserError } from './errors.ts';
export { type Decode, type EventPublisher, openEventPublisher } from './event-publisher.ts';
export type { Group, GroupMember } from './group.ts';
export { type Lag, lagOf, sumLag } from './lag.ts';
export { openPublisher, type Publisher, type RecordPlace } from './publisher.ts';
export type { KafkaRecord, OutgoingRecord, RecordHeaders } from './record.ts';
export { type GroupSettings, groupSettings, type KafkaSettings, kafkaSettings } from './settings.ts';
export { requireTopics } from './topics.ts';
