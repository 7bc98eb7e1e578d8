import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

/**
 * Patches of kafkajs's producer. Each test fails with the unpatched library, which reports records as sent that it
 * never sent (tulios/kafkajs#1303).
 */
const load = createRequire(import.meta.url);
const createSendMessages = load('kafkajs/src/producer/sendMessages.js');
const createRetry = load('kafkajs/src/retry/index.js');
const { parse } = load('kafkajs/src/protocol/requests/produce/v7/response.js');

interface ProduceRequest {
  readonly topicData: readonly { readonly partitions: readonly { readonly partition: number }[] }[];
}

/**
 * One broker's response to a request for these partitions: Kafka's error code for each partition it rejects.
 */
type Answer = (
  partitions: readonly number[],
) => Promise<void> | void | Readonly<Record<number, number | undefined>>;

/**
 * A cluster that records what each broker was sent; `leaders[partition]` is the number of the leading broker.
 */
function createCluster(leaders: number[], answers: Readonly<Record<number, Answer>>) {
  const sent: (readonly [broker: number, partitions: readonly number[]])[] = [];
  const createBroker = (nodeId: number) => ({
    nodeId,
    async produce({ topicData }: ProduceRequest) {
      const partitions = topicData.flatMap((topic) => topic.partitions.map(({ partition }) => partition));
      const codes = (await answers[nodeId]?.(partitions)) ?? {};
      sent.push([nodeId, partitions]);
      const answer = partitions.map((partition) => ({ partition, errorCode: codes[partition] ?? 0 }));
      return await parse({ topics: [{ topicName: 't', partitions: answer }] });
    },
  });
  const brokers = new Map([1, 2].map((nodeId) => [nodeId, createBroker(nodeId)]));
  const cluster = {
    refreshMetadataIfNecessary: async () => {},
    refreshMetadata: async () => {},
    addMultipleTargetTopics: async () => {},
    isConnected: () => true,
    findTopicPartitionMetadata: () => leaders.map((_, partitionId) => ({ partitionId })),
    findLeaderForPartitions: (_topic: string, partitions: readonly string[]) =>
      Object.groupBy(
        partitions.map(Number).filter((partition) => leaders[partition] !== undefined),
        (partition) => String(leaders[partition]),
      ),
    findBroker: async ({ nodeId }: { readonly nodeId: string }) => brokers.get(Number(nodeId)),
  };
  return { cluster, sent };
}

const noTransactions = {
  acquireBrokerLock: async () => {},
  releaseBrokerLock: async () => {},
  isTransactional: () => false,
  getSequence: () => 0,
  updateSequence: () => {},
  getProducerId: () => -1,
  getProducerEpoch: () => 0,
};

/** Sends one message to each partition. */
function sendToEach(
  cluster: object,
  partitions: number,
  acks = -1,
): Promise<readonly { readonly partition: number }[]> {
  const silent = () => {};
  const logger = { debug: silent, error: silent };
  const retrier = createRetry({ initialRetryTime: 1, retries: 2 });
  const partitioner = ({ message }: { readonly message: { readonly partition: number } }) =>
    message.partition;
  const send = createSendMessages({ logger, cluster, partitioner, eosManager: noTransactions, retrier });
  const messages = Array.from({ length: partitions }, (_, partition) => ({ partition, value: 'x' }));
  return send({ acks, timeout: 1_000, topicMessages: [{ topic: 't', messages }] });
}

const retriableError = (name: string) => Object.assign(new Error(name), { name, retriable: true });

test('a partition that moves to a broker that has already responded is sent there', async () => {
  const leaders = [1, 2];
  const { cluster, sent } = createCluster(leaders, {
    2: () => {
      leaders[1] = 1;
      throw retriableError('KafkaJSConnectionError');
    },
  });
  const places = await sendToEach(cluster, 2);
  expect(sent).toEqual([
    [1, [0]],
    [1, [1]],
  ]);
  expect(places.map(({ partition }) => partition)).toEqual([0, 1]);
});

test('a partition without a leader is an error', async () => {
  const { cluster } = createCluster([1], {});
  await expect(sendToEach(cluster, 2)).rejects.toThrow('a partition without metadata');
});

test('a request in flight while another broker fails is not sent twice', async () => {
  const fails = [true];
  const { cluster, sent } = createCluster([1, 2], {
    1: () => new Promise((resolve) => setTimeout(resolve, 50)),
    2: () => {
      if (fails.pop()) throw retriableError('KafkaJSConnectionError');
    },
  });
  await sendToEach(cluster, 2);
  expect(sent.toSorted(([a], [b]) => a - b)).toEqual([
    [1, [0]],
    [2, [1]],
  ]);
});

const NOT_LEADER = 6;

test('records that a broker stored are not resent with those it rejected', async () => {
  const refusals = [NOT_LEADER];
  const { cluster, sent } = createCluster([1, 1, 1], { 1: () => ({ 1: refusals.pop() }) });
  const places = await sendToEach(cluster, 3);
  expect(sent).toEqual([
    [1, [0, 1, 2]],
    [1, [1]],
  ]);
  expect(places.map(({ partition }) => partition)).toEqual([0, 2, 1]);
});

test('with acks 1, records of an answer with an error are all resent', async () => {
  const refusals = [NOT_LEADER];
  const { cluster, sent } = createCluster([1, 1], { 1: () => ({ 1: refusals.pop() }) });
  await sendToEach(cluster, 2, 1);
  expect(sent).toEqual([
    [1, [0, 1]],
    [1, [0, 1]],
  ]);
});
