import type { Admin } from 'kafkajs';
import { isTransientError, kafkaErrorType } from '../client/errors.ts';

/** How a topic is set up. */
export interface TopicSetup {
  readonly topic: string;
  /** Hexadecimal; undefined before Kafka 2.8. */
  readonly topicId: string | undefined;
  readonly partitions: number;
  /** The smallest number of replicas of a partition. */
  readonly replicas: number;
  /** Its configuration by Kafka's names; `denied` without DESCRIBE_CONFIGS, undefined if the broker returns none. */
  readonly config: TopicConfig | 'denied' | undefined;
}

/** The values that are read, by Kafka's names. */
export type TopicConfig = Readonly<Partial<Record<ConfigName, string>>>;

const configNames = [
  'cleanup.policy',
  'max.message.bytes',
  'min.insync.replicas',
  'retention.bytes',
  'retention.ms',
  'unclean.leader.election.enable',
] as const;

type ConfigName = (typeof configNames)[number];

/** Resource type of a topic: https://kafka.apache.org/protocol#The_Messages_DescribeConfigs */
const TOPIC = 2;

/** Describes existing topics, in the order given. @throws kafkajs's error */
export async function describeTopics(admin: Admin, names: readonly string[]): Promise<readonly TopicSetup[]> {
  if (names.length === 0) return [];
  const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
  return await Promise.all(
    names.map(async (topic) => {
      const found = topics.find(({ name }) => name === topic);
      const partitions = found?.partitions ?? [];
      return {
        topic,
        topicId: found?.topicId,
        partitions: partitions.length,
        replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        config: await readConfig(admin, topic),
      };
    }),
  );
}

/** Services that speak Kafka's protocol may not support the request. */
async function readConfig(admin: Admin, name: string): Promise<TopicSetup['config']> {
  const resource = { type: TOPIC, name, configNames: [...configNames] };
  try {
    const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
    const entries = resources.flatMap(({ configEntries }) => configEntries);
    return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
  } catch (error) {
    if (isTransientError(error)) throw error;
    return /_AUTHORIZATION_FAILED$/.test(kafkaErrorType(error)) ? 'denied' : undefined;
  }
}

/**
 * The first offset of each partition whose record is not older than a time; the end of the log if there is none.
 * @param time milliseconds since 1970
 */
export async function fetchOffsetsAt(
  admin: Admin,
  topic: string,
  time: number,
): Promise<ReadonlyMap<number, bigint>> {
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, time);
  return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
}
