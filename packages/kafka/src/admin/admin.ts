/// <reference path="../patched-kafkajs.d.ts" />
import type { Admin } from 'kafkajs';
import { type DecodeLimits, registerCodecs } from '../client/codecs.ts';
import type { KafkaClient } from '../client/connect.ts';
import { connectChecked } from '../client/connect-checked.ts';
import type { KafkaSettings } from '../settings.ts';
import { type PartitionOffsets, partitionName, type TopicPartition } from '../topic-partition.ts';
import { createTopics } from './create-topics.ts';
import { describeTopics, fetchOffsetsAt } from './describe-topics.ts';
import { describeGroup } from './group.ts';
import type { LogRange, LogSlice } from './log-slice.ts';
import { fetchEpochEnd, fetchRecord } from './read-log.ts';
import { readRange } from './read-range.ts';
import { readTail } from './read-tail.ts';
import type { TailOptions } from './tail-options.ts';

/** How topics are created. */
export interface TopicLayout {
  /** Partitions of each topic of events. */
  readonly partitions: number;
  /** Partitions of the topic of dead letters. */
  readonly dlqPartitions: number;
  /** Default: that of the brokers. */
  readonly replicationFactor?: number;
}

const defaultLayout: TopicLayout = { partitions: 3, dlqPartitions: 1 };

/** Administrative requests to a cluster. */
export type ClusterAdmin = Readonly<Awaited<ReturnType<typeof openAdmin>>>;

/**
 * Connects an admin client.
 * @throws kafkajs's error, or a UserError if the settings do not match the listener's security protocol
 */
export async function openAdmin(kafka: KafkaClient) {
  const admin = kafka.admin();
  const ping = async (): Promise<void> => {
    await admin.describeCluster();
  };
  await connectChecked(kafka, admin, ping);
  return {
    /** Resolves if the cluster responds. */
    ping,
    /** The id of the cluster; undefined if it has none. */
    clusterId: async (): Promise<string | undefined> =>
      (await admin.describeCluster()).clusterId || undefined,
    /** Number of brokers in the cluster. */
    countBrokers: async (): Promise<number> => (await admin.describeCluster()).brokers.length,
    /** How existing topics are set up. */
    describeTopics: (topics: readonly string[]) => describeTopics(admin, topics),
    /** The first offsets of a topic that are not older than a time; see `fetchOffsetsAt`. */
    fetchOffsetsAt: (topic: string, time: number) => fetchOffsetsAt(admin, topic, time),
    /** The topics that do not exist, out of those given. */
    missingTopics: (topics: readonly string[]) => missingTopics(admin, topics),
    /**
     * Creates the missing topics; those that exist keep their layout.
     * @returns the names of the created topics
     */
    provisionTopics: (settings: KafkaSettings, layout?: TopicLayout) =>
      provisionTopics(admin, settings, layout),
    /** Offsets of every partition of some topics, ordered by topic as given and by partition. */
    fetchOffsets: (topics: readonly string[], groupId: string) => fetchOffsets(admin, topics, groupId),
    /** State and members of a group, with their assigned partitions. */
    describeGroup: (groupId: string) => describeGroup(admin, groupId),
    ...logReaders(admin),
    [Symbol.asyncDispose]: () => admin.disconnect(),
  };
}

/** Requests that read logs without a group. */
function logReaders(admin: ReturnType<KafkaClient['admin']>) {
  return {
    /** The ends of every partition of some topics: as `fetchOffsets`, without the commits of a group. */
    fetchLogs: (topics: readonly string[]) => fetchIdentifiedLogs(admin, topics),
    /** The end of the latest epoch that is not later than `epoch`; see `fetchEpochEnd`. */
    fetchEpochEnd: (partition: TopicPartition, epoch: number, electedEpoch?: number) =>
      fetchEpochEnd(admin, partition, epoch, electedEpoch),
    /** The record at an offset; undefined if there is none, or it cannot be read. */
    fetchRecord: (partition: TopicPartition, offset: bigint) => fetchRecord(admin, partition, offset),
    /** The last records of some topics, read without a group; see `readTail`. */
    readTail: <Value>(options: TailOptions<Value>) => readTail(admin, options),
    /** The records of a range of offsets, read without a group; see `readRange`. */
    readRange(range: LogRange, limits: DecodeLimits, maxBytes?: number): AsyncGenerator<LogSlice> {
      registerCodecs(limits);
      return readRange(admin, range, maxBytes);
    },
  };
}

async function provisionTopics(
  admin: Admin,
  { KAFKA_TOPIC, KAFKA_DLQ_TOPIC }: KafkaSettings,
  { partitions, dlqPartitions, replicationFactor }: TopicLayout = defaultLayout,
): Promise<readonly string[]> {
  const replication = replicationFactor === undefined ? {} : { replicationFactor };
  const wanted = [
    ...KAFKA_TOPIC.map((topic) => ({ topic, numPartitions: partitions, ...replication })),
    { topic: KAFKA_DLQ_TOPIC, numPartitions: dlqPartitions, ...replication },
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
  topics: readonly string[],
  groupId: string,
): Promise<readonly PartitionOffsets[]> {
  const [logs, committed] = await Promise.all([
    fetchIdentifiedLogs(admin, topics),
    fetchCommitted(admin, topics, groupId),
  ]);
  return logs.map((log) => ({ ...log, committed: realOffset(committed.get(partitionName(log))) }));
}

async function fetchIdentifiedLogs(admin: Admin, topics: readonly string[]) {
  // The ids first: if a topic is recreated in between, the new offsets carry the old id until the next call.
  const topicIds = await fetchTopicIds(admin, topics);
  const logs = await Promise.all(topics.map((topic) => fetchLogs(admin, topic)));
  return logs.flat().map((log) => ({ ...log, topicId: topicIds.get(log.topic) }));
}

async function fetchLogs(admin: Admin, topic: string) {
  const logs = await admin.fetchTopicOffsets(topic);
  return logs
    .map(({ partition, low, high, offset }) => ({
      topic,
      partition,
      logStart: BigInt(low),
      logEnd: BigInt(high),
      stableEnd: BigInt(offset),
    }))
    .sort((a, b) => a.partition - b.partition);
}

async function fetchTopicIds(
  admin: Admin,
  names: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
  return new Map(topics.map(({ name, topicId }) => [name, topicId]));
}

/** The committed offsets by the names of the partitions. */
async function fetchCommitted(
  admin: Admin,
  topics: readonly string[],
  groupId: string,
): Promise<ReadonlyMap<string, string>> {
  const found = await admin.fetchOffsets({ groupId, topics: [...topics] });
  const offsets = found.flatMap(({ topic, partitions }) => partitions.map((one) => ({ topic, ...one })));
  return new Map(offsets.map((one) => [partitionName(one), one.offset]));
}

/** Kafka returns -1 for "never committed", and kafkajs sometimes commits -1 or -2 itself. */
function realOffset(text: string | undefined): bigint | undefined {
  const offset = BigInt(text ?? '-1');
  return offset < 0n ? undefined : offset;
}
