import fc from 'fast-check';
import type { PatchedAdmin } from 'kafkajs';
import { expect, test } from 'vitest';
import { toUserError } from '../client/errors.ts';
import { batchOf, decodeResponse } from '../testing/fetch-response.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { readTail, shareOut } from './read-tail.ts';

interface StoredBatch {
  readonly first: number;
  readonly bytes: Buffer;
}

/** Batches of one record each, at these offsets. */
function recordsAt(offsets: readonly number[]): Promise<readonly StoredBatch[]> {
  return Promise.all(
    offsets.map(async (first) => ({ first, bytes: await batchOf(first, [Buffer.from(`${first}`)]) })),
  );
}

interface Log {
  /** The end that is reported before the first fetch. */
  readonly end: number;
  readonly batches: readonly StoredBatch[];
  /** The end during the fetches; defaults to the reported one. */
  readonly currentEnd?: number;
}

/** An admin client of logs that start at 0, of at most two batches per fetch; counts the fetches. */
function adminOf(logs: readonly Log[]) {
  let fetches = 0;
  const fetch = async ({ topics: [topic] }: { readonly topics: readonly Requested[] }) => {
    fetches++;
    const { partition = 0, fetchOffset = '0' } = topic?.partitions[0] ?? {};
    const { end = 0, currentEnd = end, batches = [] } = logs[partition] ?? {};
    if (Number(fetchOffset) < 0 || fetches > 100) throw new RangeError(`offset ${fetchOffset}`);
    const found = batches.filter(({ first }) => first >= Number(fetchOffset));
    const [messages] = await decodeResponse([Buffer.concat(found.slice(0, 2).map(({ bytes }) => bytes))]);
    const highWatermark = String(currentEnd);
    return { responses: [{ partitions: [{ partition, highWatermark, messages }] }] };
  };
  const admin = {
    fetchTopicOffsets: async () =>
      logs.map(({ end }, partition) => ({ partition, low: '0', offset: String(end), high: String(end) })),
    withLeader: (_: object, use: (broker: object, epoch: number) => Promise<unknown>) => use({ fetch }, 0),
  };
  return { admin: admin as unknown as PatchedAdmin, fetches: () => fetches };
}

interface Requested {
  readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
}

const limits = { maxBytes: 1_000_000, maxRecords: 1_000 };

function readPlaces(admin: PatchedAdmin, count: number): Promise<readonly string[]> {
  const read = (record: { readonly offset: string }, { partition }: TopicPartition) =>
    `${partition}:${record.offset}`;
  return readTail(admin, { topics: ['events'], count, limits, read });
}

test('partitions have equal shares of the tail, and short ones leave theirs to others', async () => {
  const { admin } = adminOf([
    { end: 5, batches: await recordsAt([0, 1, 2, 3, 4]) },
    { end: 1, batches: await recordsAt([0]) },
    { end: 0, batches: [] },
  ]);
  expect(await readPlaces(admin, 4)).toEqual(['0:2', '0:3', '0:4', '1:0']);
  expect(await readPlaces(admin, 100)).toHaveLength(6);
});

test('offsets without a record do not count, however many there are', async () => {
  const { admin, fetches } = adminOf([{ end: 100_000, batches: await recordsAt([0, 1, 7, 99_990]) }]);
  expect(await readPlaces(admin, 3)).toEqual(['0:1', '0:7', '0:99990']);
  expect(fetches()).toBeLessThan(50);
});

test('a log that is truncated in the meantime ends the tail', async () => {
  const { admin } = adminOf([{ end: 5, currentEnd: 2, batches: await recordsAt([0, 1]) }]);
  expect(await readPlaces(admin, 5)).toEqual(['0:0', '0:1']);
});

test('a batch that cannot be read ends the tail with its offsets', async () => {
  const batches = await recordsAt([0, 1]);
  batches[1]?.bytes.fill(0xff, 20);
  const { admin } = adminOf([{ end: 2, batches }]);
  const error = await readPlaces(admin, 2).catch(toUserError);
  expect(error).toMatchObject({ fix: { name: 'skip-batch', batch: 'events:0:1' } });
});

test('shares add up, exceed no size, and differ only where a size is smaller', () => {
  const sizes = fc.array(fc.nat(50), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(300), sizes, (count, all) => {
      const shares = shareOut(count, all);
      const total = all.reduce((sum, size) => sum + size, 0);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(Math.min(count, total));
      const most = Math.max(...shares);
      for (const [index, share] of shares.entries()) {
        const size = all[index] ?? 0;
        expect(share).toBeLessThanOrEqual(size);
        if (share < most - 1) expect(share).toBe(size);
      }
    }),
  );
});
