import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createPartitioner, murmur2 } from './partitioner.ts';

/** From Kafka's UtilsTest.testMurmur2. */
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('the key %s has the same hash as in Kafka', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

const partitionsOf = (leaders: readonly number[]) =>
  leaders.map((leader, partitionId) => {
    return { partitionErrorCode: 0, partitionId, leader, replicas: [], isr: [], offlineReplicas: [] };
  });

test('keys have the same partition as with the partitioner of kafkajs', () => {
  const [ours, theirs] = [createPartitioner(), Partitioners.DefaultPartitioner()];
  const keys = fc.oneof(fc.string(), fc.uint8Array().map(Buffer.from));
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 12 }), (key, count) => {
      const partitionMetadata = partitionsOf(Array(count).fill(1));
      const choice = () => ({ topic: 't', partitionMetadata, message: { key, value: null } });
      expect(ours(choice())).toBe(theirs(choice()));
    }),
  );
});

/** The partition of a new message without a key. */
function chooseFor(partition: ReturnType<typeof createPartitioner>, leaders: readonly number[]): number {
  return partition({ topic: 't', partitionMetadata: partitionsOf(leaders), message: { value: null } });
}

test('producers do not all begin with the same partition', () => {
  const random = vi.spyOn(Math, 'random');
  onTestFinished(() => random.mockRestore());
  const first = [0, 0.0011, 0.9999].map((value) => {
    random.mockReturnValue(value);
    return chooseFor(createPartitioner(), Array(1_000).fill(1));
  });
  expect(first).toEqual([0, 1, 999]);
});

test('while no partition has a leader, messages without a key take turns on all', () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  onTestFinished(() => random.mockRestore());
  const partition = createPartitioner();
  expect([1, 2, 3].map(() => chooseFor(partition, [-1, -1, -1]))).toEqual([0, 1, 2]);
});

test('messages without a key take turns on the partitions that have a leader', () => {
  const partition = createPartitioner();
  const partitionMetadata = partitionsOf([0, -1, 2]);
  const chosen = Array.from({ length: 4 }, () =>
    partition({ topic: 't', partitionMetadata, message: { key: null, value: null } }),
  );
  expect([...chosen].sort()).toEqual([0, 0, 2, 2]);
});

test('a message keeps its partition over retries, and a given partition is used', () => {
  const partition = createPartitioner();
  const message = { value: null };
  const choose = () => partition({ topic: 't', partitionMetadata: partitionsOf([1, 1, 1]), message });
  expect(choose()).toBe(choose());
  const given = { value: null, partition: 2 };
  expect(partition({ topic: 't', partitionMetadata: partitionsOf([1, 1, 1]), message: given })).toBe(2);
});
