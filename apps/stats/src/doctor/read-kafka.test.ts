import { expect, test } from 'vitest';
import { readPartitions } from './read-kafka.ts';

const HOUR = 3_600_000;

/** A log by the ages of its records in hours; those from `stable` on belong to an open transaction. */
interface Log {
  readonly ages: readonly number[];
  readonly stable?: number;
  readonly committed?: bigint;
}

/** What is read of a topic that retains records for `hours`, with one partition. */
async function read({ ages, stable = ages.length, committed }: Log, hours = 4) {
  const now = Date.now();
  const config = { 'cleanup.policy': 'delete', 'retention.ms': String(hours * HOUR) };
  const offsets = { topic: 'events', partition: 0, logStart: 0n, logEnd: BigInt(ages.length), committed };
  const admin = {
    fetchOffsets: async () => [{ ...offsets, stableEnd: BigInt(stable) }],
    // Like Kafka and kafkajs: only stable records, and the stable end if none is as young.
    fetchOffsetsAt: async (_: string, time: number) => {
      const found = ages.findIndex((age, offset) => offset < stable && now - age * HOUR >= time);
      return new Map([[0, BigInt(found === -1 ? stable : found)]]);
    },
  };
  const topic = { topic: 'events', topicId: 'a1', partitions: 1, replicas: 1, config };
  const [partition] = (await readPartitions(admin, [topic], 'group')) ?? [];
  return { youngFrom: partition?.youngFrom, futureOffset: partition?.futureOffset };
}

test('records are young for half of the retention time', async () => {
  expect(await read({ ages: [5, 3, 1, 0] })).toEqual({ youngFrom: 2n, futureOffset: undefined });
  expect(await read({ ages: [5, 3, 3] })).toMatchObject({ youngFrom: 3n });
  expect(await read({ ages: [5, 3, 1] }, -1)).toMatchObject({ youngFrom: undefined });
});

test('a record dated a minute after this clock is of the future, an end is not', async () => {
  expect(await read({ ages: [1, -1, 0] })).toMatchObject({ futureOffset: 1n });
  expect(await read({ ages: [1, 0] })).toMatchObject({ futureOffset: undefined });
  expect(await read({ ages: [] })).toEqual({ youngFrom: 0n, futureOffset: undefined });
});

test('the end of the stable records before an open transaction is not of the future', async () => {
  expect(await read({ ages: [1, 0, 0], stable: 1 })).toEqual({ youngFrom: 0n, futureOffset: undefined });
});

test('without the right to read the offsets of the group, the partitions are unknown', async () => {
  const refused = Object.assign(new Error('refused'), { type: 'GROUP_AUTHORIZATION_FAILED' });
  const admin = { fetchOffsets: () => Promise.reject(refused), fetchOffsetsAt: async () => new Map() };
  const topic = { topic: 'events', topicId: 'a1', partitions: 1, replicas: 1, config: undefined };
  expect(await readPartitions(admin, [topic], 'group')).toBeNull();
});
