import type { PatchedAdmin } from 'kafkajs';
import { expect, test } from 'vitest';
import { batchOf, decodeResponse } from '../testing/fetch-response.ts';
import { readRange } from './read-range.ts';

/** An admin client of a log with a batch of one record at each of these offsets, in fetches of one batch. */
function adminOf(offsets: readonly number[], end: number) {
  const fetched: number[] = [];
  const fetch = async ({ topics: [topic] }: { readonly topics: readonly Requested[] }) => {
    const from = Number(topic?.partitions[0]?.fetchOffset);
    fetched.push(from);
    const next = offsets.find((offset) => offset >= from);
    const bytes = next === undefined ? Buffer.alloc(0) : await batchOf(next, [Buffer.from(`${next}`)]);
    const [messages] = await decodeResponse([bytes]);
    return { responses: [{ partitions: [{ partition: 0, highWatermark: String(end), messages }] }] };
  };
  const withLeader = (_: object, use: (broker: object, epoch: number) => Promise<unknown>) =>
    use({ fetch }, 0);
  return { admin: { withLeader } as unknown as PatchedAdmin, fetched };
}

interface Requested {
  readonly partitions: readonly { readonly fetchOffset: string }[];
}

async function read(offsets: readonly number[], start: number, end: number, logEnd = 10) {
  const { admin, fetched } = adminOf(offsets, logEnd);
  const range = { topic: 'events', partition: 0, start: BigInt(start), end: BigInt(end) };
  const slices = await Array.fromAsync(readRange(admin, range, 1));
  const found = slices.map((slice) => [
    Number(slice.start),
    Number(slice.end),
    slice.records.map(({ offset }) => Number(offset)),
  ]);
  return { found, fetched };
}

test('slices cover all offsets of a range, also those without a record', async () => {
  expect(await read([1, 2, 5, 8], 0, 8)).toEqual({
    found: [
      [0, 2, [1]],
      [2, 3, [2]],
      [3, 6, [5]],
      [6, 8, []],
    ],
    fetched: [0, 2, 3, 6],
  });
});

test('a range that is empty needs no record, and a log that ends early ends it', async () => {
  expect((await read([1], 4, 4)).found).toEqual([]);
  expect((await read([1], 0, 8, 2)).found).toEqual([[0, 2, [1]]]);
});

test('the next fetch runs while a slice is used, and its failure is thrown after that', async () => {
  const { admin, fetched } = adminOf([0, 1], 2);
  const leader = admin.withLeader;
  const failing = {
    ...admin,
    withLeader: (...args: Parameters<typeof leader>) =>
      fetched.length > 0 ? Promise.reject(new Error('gone')) : leader(...args),
  } as PatchedAdmin;
  const slices = readRange(failing, { topic: 'events', partition: 0, start: 0n, end: 2n }, 1);
  expect(await slices.next()).toMatchObject({ value: { start: 0n, end: 1n } });
  await new Promise((resolve) => setImmediate(resolve));
  await expect(slices.next()).rejects.toThrow('gone');
});
