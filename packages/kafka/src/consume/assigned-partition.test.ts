import { expect, test, vi } from 'vitest';
import { AssignedPartition } from './assigned-partition.ts';
import { chunkOf } from './testing/chunks.ts';

function create(): AssignedPartition {
  return new AssignedPartition({ topic: 'events', partition: 0 }, { maxRecords: 3, maxBytes: 1_000 });
}

/** A partition with three slices of three records, of which the first is taken. */
function working() {
  const partition = create();
  partition.startAt(0n);
  partition.accept(0n, chunkOf(0, 9));
  const slice = partition.take();
  if (slice === undefined) throw new RangeError('there is no slice');
  return { partition, slice };
}

test('nothing is accepted before the position is located', () => {
  const partition = create();
  expect(partition.state).toBe('locating');
  expect(partition.accept(0n, chunkOf(0, 3))).toBe(false);
  expect(partition.take()).toBeUndefined();
});

test('a slice that was released can no longer be completed', () => {
  const { partition, slice } = working();
  partition.release(slice);
  partition.take();
  partition.complete(slice);
  expect(partition.isUncommitted).toBe(false);
});

test('a slice that is released twice does not release the next one', () => {
  const { partition, slice } = working();
  partition.release(slice);
  const next = partition.take();
  partition.release(slice);
  expect(partition.inFlight).toBe(next);
  expect(partition.take()).toBeUndefined();
});

test('a late acknowledgement does not move the committed offset back', () => {
  const { partition } = working();
  partition.acknowledge(6n);
  partition.acknowledge(3n);
  expect(partition.committed).toBe(6n);
});

test.each(['locating', 'paused', 'revoked'] as const)('a partition that is %s hands nothing out', (state) => {
  const { partition, slice } = working();
  partition.stop(state);
  partition.release(slice);
  expect(partition.accept(9n, chunkOf(9, 3))).toBe(false);
  expect(partition.take()).toBeUndefined();
});

test('a paused partition completes the slice in flight, a revoked one does not', () => {
  const [paused, revoked] = [working(), working()];
  paused.partition.stop('paused');
  revoked.partition.stop('revoked');
  for (const { partition, slice } of [paused, revoked]) partition.complete(slice);
  expect([paused.partition.completed, revoked.partition.completed]).toEqual([3n, 0n]);
});

test('a partition stays revoked', () => {
  const { partition } = working();
  partition.stop('revoked');
  partition.stop('locating');
  expect(partition.state).toBe('revoked');
});

test('the times of the last record that is done, and of the next one, are known', () => {
  const partition = create();
  partition.startAt(0n);
  const timesOf = ({ fetchedMs, storedMs }: AssignedPartition) => [fetchedMs, storedMs];
  const { records, nextOffset } = chunkOf(0, 6);
  const timed = records.map((record, index) => Object.assign(record, { timestamp: String(100 + index) }));
  partition.accept(0n, { records: timed, nextOffset });
  expect(timesOf(partition)).toEqual([100, undefined]);
  const seen: unknown[] = [];
  for (let slice = partition.take(); slice; slice = partition.take()) {
    seen.push(timesOf(partition));
    partition.complete(slice);
    partition.release(slice);
    seen.push(timesOf(partition));
  }
  expect(seen).toEqual([
    [100, undefined],
    [103, 102],
    [103, 102],
    [undefined, 105],
  ]);
  partition.startAt(6n);
  expect(timesOf(partition)).toEqual([undefined, undefined]);
});

test('the time at which the last batch was done is known, and kept over a rebalance', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 5_000 });
  const partition = create();
  partition.startAt(0n);
  partition.accept(0n, chunkOf(0, 1));
  const slice = partition.take();
  if (slice === undefined) throw new RangeError('there is nothing to take');
  expect(partition.doneMs).toBeUndefined();
  partition.complete(slice);
  partition.startAt(1n);
  expect(partition.doneMs).toBe(5_000);
  vi.useRealTimers();
});

test('a paused partition keeps the time of the record that it stopped at', () => {
  const { partition } = working();
  partition.stop('paused');
  expect(partition.fetchedMs).toBe(0);
});

test('a record without a time has an unknown age', () => {
  const partition = create();
  partition.startAt(0n);
  const records = chunkOf(0, 1).records.map((record) => ({ ...record, timestamp: '-1' }));
  partition.accept(0n, { records, nextOffset: 1n });
  expect(partition.fetchedMs).toBeUndefined();
});
