import type { TopicConfig, TopicSetup } from '@pipeline/kafka';
import { fixCommand } from '@pipeline/program';
import { formatCount } from '../../web/format/numbers.ts';
import { type Check, type CheckedSettings, ofKafka, type Problem } from './setup.ts';

/** With fewer replicas than this, and enough brokers for more, the loss of a broker may lose records. */
const ENOUGH_REPLICAS = 3;

/** A check of each topic whose configuration is known. */
function ofConfig(
  find: (topic: TopicSetup, config: TopicConfig, settings: CheckedSettings) => Problem | undefined,
): Check {
  return ofKafka(({ topics }, settings) =>
    topics.flatMap((topic) => {
      const { config } = topic;
      const found = typeof config === 'object' ? find(topic, config, settings) : undefined;
      return found === undefined ? [] : [found];
    }),
  );
}

const numberOf = (text: string | undefined) => (text === undefined ? Number.NaN : Number(text));

/** Checks of the topics and their configuration. */
export const topicChecks = {
  'topic-missing': ofKafka(({ topics }, { topics: wanted, dlqTopic }) => {
    const names = topics.map(({ topic }) => topic);
    const missing = [...wanted, dlqTopic].filter((name) => !names.includes(name));
    return missing.map((name) => ({
      problem: `there is no topic ${name}, or this user lacks DESCRIBE on it`,
      remedy: 'grant DESCRIBE on it, or create it',
      command: fixCommand({ name: 'create-topics' }),
    }));
  }),

  'dlq-topic-shared': ({ settings: { topics, dlqTopic } }) =>
    topics.includes(dlqTopic)
      ? {
          problem: `KAFKA_DLQ_TOPIC ${dlqTopic} is also a topic of KAFKA_TOPIC`,
          remedy: 'give dead letters their own topic',
        }
      : undefined,

  'too-few-partitions': ofKafka(({ topics, members }, { topics: read, groupId }) => {
    const of = topics.filter(({ topic }) => read.includes(topic));
    const partitions = of.reduce((sum, one) => sum + one.partitions, 0);
    if (members === null || of.length < read.length || members <= partitions) return undefined;
    return {
      problem: `the group ${groupId} has ${members} members, and its topics only ${partitions} partitions`,
      remedy: 'run fewer consumers, or add partitions; the others are idle',
    };
  }),

  'topic-compacted': ofConfig(({ topic }, config, { dlqTopic }) => {
    if (!config['cleanup.policy']?.includes('compact')) return undefined;
    const lost = topic === dlqTopic ? 'dead letters' : 'events';
    return {
      problem: `topic ${topic} has cleanup.policy=${config['cleanup.policy']}: of ${lost} with one key, Kafka keeps the last`,
      remedy: 'set cleanup.policy=delete on it',
    };
  }),

  'topic-not-replicated': ofKafka(({ topics, brokers }) => {
    const wanted = Math.min(ENOUGH_REPLICAS, brokers);
    const weak = topics.filter(({ replicas }) => replicas < wanted);
    return weak.map(({ topic, replicas }) => ({
      problem: `topic ${topic} has a replication factor of ${replicas} on ${brokers} brokers`,
      remedy: `reassign its partitions to ${wanted} replicas each`,
    }));
  }),

  'min-insync-replicas-too-high': ofConfig(({ topic, replicas }, config) => {
    const least = numberOf(config['min.insync.replicas']);
    const most = replicas > 1 ? replicas - 1 : replicas;
    if (!(least > most)) return undefined;
    const effect = least > replicas ? 'no record can be acknowledged' : 'writes stop when one broker is down';
    return {
      problem: `topic ${topic} has min.insync.replicas=${least} and a replication factor of ${replicas}: ${effect}`,
      remedy: `set min.insync.replicas=${most}, or add replicas`,
    };
  }),

  'min-insync-replicas-too-low': ofConfig(({ topic, replicas }, config) => {
    const least = numberOf(config['min.insync.replicas']);
    if (!(replicas >= ENOUGH_REPLICAS && least < 2)) return undefined;
    return {
      problem: `topic ${topic} has min.insync.replicas=${least}: the loss of one broker may lose acknowledged records`,
      remedy: 'set min.insync.replicas=2 on it',
    };
  }),

  'unclean-election-enabled': ofConfig(({ topic, replicas }, config) => {
    if (replicas < 2 || config['unclean.leader.election.enable'] !== 'true') return undefined;
    return {
      problem: `topic ${topic} has unclean.leader.election.enable=true: an election may lose acknowledged records`,
      remedy: 'set it to false',
    };
  }),

  'dlq-topic-too-small': ofKafka(({ topics }, { topics: read, dlqTopic }) => {
    const limitOf = (name: string) => {
      const config = topics.find(({ topic }) => topic === name)?.config;
      return typeof config === 'object' ? numberOf(config['max.message.bytes']) : Number.NaN;
    };
    const limit = limitOf(dlqTopic);
    return read
      .filter((topic) => limitOf(topic) > limit)
      .map((topic) => ({
        problem:
          `topic ${dlqTopic} takes records of ${formatCount(BigInt(limit))} bytes, and ${topic} of ` +
          `${formatCount(BigInt(limitOf(topic)))}: larger dead letters are truncated there`,
        remedy: `set max.message.bytes=${limitOf(topic)} on ${dlqTopic}`,
      }));
  }),

  'batches-too-large': ofConfig(({ topic }, config, { topics, decompressedMaxBytes }) => {
    const limit = numberOf(config['max.message.bytes']);
    if (!topics.includes(topic) || !(limit > decompressedMaxBytes)) return undefined;
    return {
      problem:
        `topic ${topic} takes batches of ${formatCount(BigInt(limit))} bytes, and consumers read at most ` +
        `${formatCount(BigInt(decompressedMaxBytes))}: a larger one stops its partition`,
      remedy: `set DECOMPRESSED_MAX_BYTES=${limit} for the consumers, or lower max.message.bytes`,
    };
  }),
} satisfies Readonly<Record<string, Check>>;
