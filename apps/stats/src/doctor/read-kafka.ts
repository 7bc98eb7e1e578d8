import {
  type ClusterAdmin,
  connectKafka,
  type KafkaSettings,
  kafkaErrorType,
  openAdmin,
  type PartitionOffsets,
  type TopicSetup,
} from '@pipeline/kafka';
import type { Logger } from '@pipeline/runtime';
import { FUTURE_SECONDS } from './kafka-checks.ts';
import type { KafkaSetup, PartitionSetup } from './setup.ts';

/**
 * Reads how the topics and the group are set up.
 * @throws kafkajs's error, or a UserError if the settings do not match the listener
 */
export async function readKafka(
  settings: KafkaSettings,
  groupId: string,
  logger: Logger,
): Promise<KafkaSetup> {
  const { KAFKA_TOPIC: wanted, KAFKA_DLQ_TOPIC: dlqTopic } = settings;
  await using admin = await openAdmin(connectKafka(settings, 'stats', logger));
  const names = [...new Set([...wanted, dlqTopic])];
  const missing = await admin.missingTopics(names);
  const topics = await admin.describeTopics(names.filter((name) => !missing.includes(name)));
  const events = topics.filter(({ topic }) => wanted.includes(topic));
  return {
    clusterId: await admin.clusterId(),
    brokers: await admin.countBrokers(),
    topics,
    partitions: await readPartitions(admin, events, groupId),
    members: await countMembers(admin, groupId),
  };
}

async function countMembers(admin: ClusterAdmin, groupId: string): Promise<number | null> {
  const group = await admin.describeGroup(groupId).catch(() => null);
  return group?.members.length ?? null;
}

type OffsetAdmin = Pick<ClusterAdmin, 'fetchOffsets' | 'fetchOffsetsAt'>;

/** The partitions of topics; null without the right to read the group's offsets. @throws kafkajs's error */
export async function readPartitions(
  admin: OffsetAdmin,
  topics: readonly TopicSetup[],
  groupId: string,
): Promise<readonly PartitionSetup[] | null> {
  if (topics.length === 0) return [];
  try {
    const offsets = await admin.fetchOffsets(
      topics.map(({ topic }) => topic),
      groupId,
    );
    const partitions = topics.map((topic) =>
      addTimes(
        admin,
        topic,
        offsets.filter((one) => one.topic === topic.topic),
      ),
    );
    return (await Promise.all(partitions)).flat();
  } catch (error) {
    if (kafkaErrorType(error) !== 'GROUP_AUTHORIZATION_FAILED') throw error;
    return null;
  }
}

/**
 * The stable ends of the logs were read before. An offset below is that of a record, and not the end, which stands for
 * none: it cannot be lower now.
 */
async function addTimes(
  admin: OffsetAdmin,
  { topic, config }: TopicSetup,
  offsets: readonly PartitionOffsets[],
): Promise<readonly PartitionSetup[]> {
  const now = Date.now();
  const future = await admin.fetchOffsetsAt(topic, now + FUTURE_SECONDS * 1_000);
  const retentionMs = retentionOf(config, 'retention.ms');
  const isSizeLimited = retentionOf(config, 'retention.bytes') !== undefined;
  const young =
    retentionMs === undefined ? undefined : await admin.fetchOffsetsAt(topic, now - retentionMs / 2);
  return offsets.map(({ partition, logStart, logEnd, stableEnd, committed }) => {
    const late = future.get(partition);
    const futureOffset = late !== undefined && late < stableEnd ? late : undefined;
    const youngFrom = young?.get(partition);
    return { topic, partition, logStart, logEnd, committed, youngFrom, isSizeLimited, futureOffset };
  });
}

/** A limit beyond which the oldest records are deleted; undefined if there is none. */
function retentionOf(
  config: TopicSetup['config'],
  name: 'retention.ms' | 'retention.bytes',
): number | undefined {
  if (typeof config !== 'object' || !config['cleanup.policy']?.includes('delete')) return undefined;
  const limit = Number(config[name] ?? -1);
  return limit < 0 ? undefined : limit;
}
