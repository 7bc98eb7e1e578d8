import kafkajs, { type Admin } from 'kafkajs';
import { expect, test } from 'vitest';
import { describeTopics } from './describe-topics.ts';

const partitionOf = (replicas: readonly number[]) => ({ replicas });
const topics = [
  { name: 'orders', topicId: 'b2', partitions: [partitionOf([1])] },
  { name: 'events', topicId: 'a1', partitions: [partitionOf([1, 2, 3]), partitionOf([2, 3])] },
];

/** The configuration of topics as an admin client with this response describes it. */
async function describe(describeConfigs: (name: string) => unknown) {
  const admin = {
    fetchTopicMetadata: async () => ({ topics }),
    describeConfigs: async ({ resources: [{ name }] }: { resources: [{ name: string }] }) => ({
      resources: [{ configEntries: [await describeConfigs(name)] }],
    }),
  };
  return await describeTopics(admin as unknown as Admin, ['events', 'orders']);
}

function fail(type: string, name = 'KafkaJSProtocolError'): never {
  throw Object.assign(new kafkajs.KafkaJSError(type), { type, name });
}

test('topics come in the order given, with their fewest replicas and their settings', async () => {
  expect(await describe((name) => ({ configName: 'retention.ms', configValue: name }))).toEqual([
    { topic: 'events', topicId: 'a1', partitions: 2, replicas: 2, config: { 'retention.ms': 'events' } },
    { topic: 'orders', topicId: 'b2', partitions: 1, replicas: 1, config: { 'retention.ms': 'orders' } },
  ]);
});

test('a configuration is denied without DESCRIBE_CONFIGS, and may be unsupported', async () => {
  const denied = await describe(() => fail('TOPIC_AUTHORIZATION_FAILED'));
  expect(denied.map(({ config }) => config)).toEqual(['denied', 'denied']);
  const unknown = await describe(() => fail('', 'KafkaJSServerDoesNotSupportApiKey'));
  expect(unknown.map(({ config }) => config)).toEqual([undefined, undefined]);
});

test('a transient error is thrown', async () => {
  await expect(describe(() => fail('REQUEST_TIMED_OUT'))).rejects.toThrow('REQUEST_TIMED_OUT');
});
