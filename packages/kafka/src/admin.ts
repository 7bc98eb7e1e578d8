import type { Admin } from 'kafkajs';
import type { KafkaClient } from './connect.ts';
import { connectChecked } from './connect-checked.ts';
import { describeGroup, type Group } from './group.ts';
import type { KafkaSettings } from './settings.ts';
import { createTopics } from './topics.ts';

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A partition of a certain topic: one that is deleted and made anew under its old name has another id. */
export interface LogPartition extends TopicPartition {
  /** Hexadecimal; undefined where Kafka does not tell (before 2.8). */
  readonly topicId?: string | undefined;
}

/** Where the log of a partition begins and ends, and where a group has committed; undefined: it never has. */
export interface PartitionOffsets extends LogPartition {
  readonly logStart: bigint;
  readonly logEnd: bigint;
  /** How far records can be read: below the end where a transaction is under way. */
  readonly stableEnd: bigint;
  readonly committed: bigint | undefined;
}

/** Questions to a cluster, and its topics. */
export interface ClusterAdmin extends AsyncDisposable {
  /** Asks the cluster anything: resolves when it answers. */
  ping(): Promise<void>;
  /** Which of these topics do not exist. */
  missingTopics(topics: readonly string[]): Promise<readonly string[]>;
  /** Makes the topics that are missing: events with 3 partitions, dead letters with 1. Returns the names of those made. */
  provisionTopics(settings: KafkaSettings): Promise<readonly string[]>;
  /** Offsets of every partition of a topic, ordered by partition. */
  fetchOffsets(topic: string, groupId: string): Promise<readonly PartitionOffsets[]>;
  /** State and members of a group, and which partitions of a topic each has. */
  describeGroup(groupId: string, topic: string): Promise<Group>;
}

/**
 * Opens an administrator's connection.
 * @throws kafkajs's error, or a UserError when a listener expects a client of another kind
 */
export async function openAdmin(kafka: KafkaClient): Promise<ClusterAdmin> {
  const admin = kafka.admin();
  const ping = async () => {
    await admin.describeCluster();
  };
  await connectChecked(kafka, admin, ping);
  return {
    ping,
    missingTopics: (topics) => missingTopics(admin, topics),
    provisionTopics: (settings) => provisionTopics(admin, settings),
    fetchOffsets: (topic, groupId) => fetchOffsets(admin, topic, groupId),
    describeGroup: (groupId, topic) => describeGroup(admin, groupId, topic),
    [Symbol.asyncDispose]: () => admin.disconnect(),
  };
}

async function provisionTopics(admin: Admin, settings: KafkaSettings): Promise<readonly string[]> {
  const wanted = [
    { topic: settings.KAFKA_TOPIC, numPartitions: 3 },
    { topic: settings.KAFKA_DLQ_TOPIC, numPartitions: 1 },
  ];
  const missing = await missingTopics(
    admin,
    wanted.map(({ topic }) => topic),
  );
  const topics = wanted.filter(({ topic }) => missing.includes(topic));
  if (topics.length > 0) await createTopics(admin, topics);
  return missing;
}

async function missingTopics(admin: Admin, topics: readonly string[]): Promise<readonly string[]> {
  const existing = new Set(await admin.listTopics());
  return topics.filter((topic) => !existing.has(topic));
}

async function fetchOffsets(
  admin: Admin,
  topic: string,
  groupId: string,
): Promise<readonly PartitionOffsets[]> {
  // The id first: should the topic be made anew meanwhile, the new log is taken for the old one, until it is looked at again.
  const topicId = await fetchTopicId(admin, topic);
  const [log, committed] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ]);
  const committedBy = new Map(
    committed.flatMap(({ partitions }) => partitions.map((p) => [p.partition, p.offset])),
  );
  return log
    .map(({ partition, low, high, offset }) => ({
      topic,
      partition,
      topicId,
      logStart: BigInt(low),
      logEnd: BigInt(high),
      stableEnd: BigInt(offset),
      committed: realOffset(committedBy.get(partition)),
    }))
    .sort((a, b) => a.partition - b.partition);
}

/** Our patch of kafkajs asks for the id. */
async function fetchTopicId(admin: Admin, topic: string): Promise<string | undefined> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return (topics[0] as { readonly topicId?: string } | undefined)?.topicId;
}

/** Kafka says -1 for "never committed", and kafkajs sometimes commits -1 or -2 itself. */
function realOffset(text: string | undefined): bigint | undefined {
  const offset = BigInt(text ?? '-1');
  return offset < 0n ? undefined : offset;
}
