import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Assignment } from './assignment.ts';
import { commands } from './testing/assignment-commands.ts';
import { startWorld } from './testing/assignment-world.ts';
import { chunkOf } from './testing/chunks.ts';
import { at, events } from './testing/partitions.ts';

const limits = { maxRecords: 3, maxBytes: 1_000 };

function reading(...partitions: readonly number[]): Assignment {
  const assignment = new Assignment(limits, 1_000);
  for (const one of assignment.rebalance('me', events(...partitions))) one.startAt(0n);
  return assignment;
}

/** The value of a promise, if it has one by now. */
async function presentValue<Value>(promise: Promise<Value>): Promise<Value | 'pending'> {
  await new Promise(setImmediate);
  return await Promise.race([promise, 'pending' as const]);
}

test('no order of events skips an offset, splits a partition or commits too far', () => {
  fc.assert(
    fc.property(fc.commands([...commands], { maxCommands: 200, size: 'max' }), (run) => {
      fc.modelRun(() => startWorld(new Assignment(limits, 1_000)), run);
    }),
    { numRuns: 2_000 },
  );
});

test('partitions take turns', () => {
  const assignment = reading(0, 1, 2);
  for (const partition of [0, 1, 2]) assignment.find(at(partition))?.accept(0n, chunkOf(0, 6));
  const turns = Array.from({ length: 6 }, () => {
    const slice = assignment.takeNext();
    if (slice !== undefined) assignment.release(slice);
    return slice?.owner.partition;
  });
  expect(turns).toEqual([0, 1, 2, 0, 1, 2]);
});

test('a partition without records is passed over, and keeps its turn', () => {
  const assignment = reading(0, 1, 2);
  for (const partition of [1, 2]) assignment.find(at(partition))?.accept(0n, chunkOf(0, 3));
  const turns = Array.from({ length: 3 }, () => assignment.takeNext()?.owner.partition);
  expect(turns).toEqual([1, 2, undefined]);
  assignment.find(at(0))?.accept(0n, chunkOf(0, 3));
  expect(assignment.takeNext()?.owner.partition).toBe(0);
});

test('a loop that waits takes the slice that arrives', async () => {
  const assignment = reading(0);
  const taken = assignment.take();
  expect(await presentValue(taken)).toBe('pending');
  assignment.find(at(0))?.accept(0n, chunkOf(0, 3));
  assignment.notify();
  expect(await presentValue(taken)).toMatchObject({ nextOffset: 3n });
});

test('the read-ahead is full at exactly its limit, until a slice is taken', async () => {
  const assignment = reading(0);
  assignment.find(at(0))?.accept(0n, chunkOf(0, 4, 100));
  expect(assignment.find(at(0))?.queue.bytes).toBe(1_000);
  const room = assignment.until(() => !assignment.isFull).then(() => 'room');
  expect(await presentValue(room)).toBe('pending');
  assignment.takeNext();
  expect(await presentValue(room)).toBe('room');
});

// M7
test('a partition with a full read-ahead leaves room for the others', () => {
  const assignment = reading(0, 1);
  const [full, other] = [assignment.find(at(0)), assignment.find(at(1))];
  full?.accept(0n, chunkOf(0, 100));
  assignment.takeNext();
  expect(full && assignment.hasRoom(full)).toBe(false);
  expect(other && assignment.hasRoom(other)).toBe(true);
});

test('a partition may use half of the read-ahead, however many there are', () => {
  const assignment = reading(0, 1, 2, 3, 4, 5);
  const owner = assignment.find(at(0));
  owner?.accept(0n, chunkOf(0, 2));
  expect(owner && assignment.hasRoom(owner)).toBe(true);
  owner?.accept(2n, chunkOf(2, 2));
  expect(owner && assignment.hasRoom(owner)).toBe(false);
});

test('one of two partitions may fill half of the read-ahead, the only one all of it', () => {
  const [alone, two] = [reading(0), reading(0, 1)].map((assignment) => {
    const owner = assignment.find(at(0));
    const hasRoom = (from: number, count: number) =>
      owner?.accept(BigInt(from), chunkOf(from, count, 100)) && assignment.hasRoom(owner);
    return [hasRoom(0, 1), hasRoom(1, 1), hasRoom(2, 1)];
  });
  expect(alone).toEqual([true, true, true]);
  expect(two).toEqual([true, false, false]);
});

test('a position is located only after the slice in flight is released', async () => {
  const assignment = reading(0);
  assignment.find(at(0))?.accept(0n, chunkOf(0, 3));
  const slice = assignment.takeNext();
  const owned = assignment.rebalance('another id', events(0));
  const settled = assignment.settled(owned);
  expect(await presentValue(settled)).toBe('pending');
  if (slice !== undefined) assignment.release(slice);
  expect(await presentValue(settled)).toBe(true);
});

test('partitions of two topics with one number are two partitions', () => {
  const assignment = new Assignment(limits, 1_000);
  const [event, order] = [at(0), { topic: 'orders', partition: 0 }];
  for (const one of assignment.rebalance('me', [event, order])) one.startAt(0n);
  assignment.find(order)?.accept(0n, chunkOf(0, 3));
  const slice = assignment.takeNext();
  expect(slice?.owner).toMatchObject(order);
  slice?.owner.complete(slice);
  expect(assignment.isDrained(new Map([['events/0', 1n]]))).toBe(false);
  expect(assignment.isDrained(new Map([['orders/0', 3n]]))).toBe(true);
  expect(assignment.uncommitted()).toMatchObject([{ owner: order, offset: 3n }]);
  expect(assignment.rebalance('me', [order])).toMatchObject([{ ...order, inFlight: slice }]);
});

test('a revoked partition is not assigned to the same member again', () => {
  const assignment = reading(0);
  const revoked = assignment.find(at(0));
  revoked?.stop('revoked');
  const [again] = assignment.rebalance('me', events(0));
  expect(again).not.toBe(revoked);
  expect(again?.state).toBe('locating');
});

test('a revoked partition is not located again', () => {
  const assignment = reading(0, 1);
  const [revoked, kept] = [assignment.find(at(0)), assignment.find(at(1))];
  revoked?.stop('revoked');
  expect(assignment.relocate()).toEqual([kept]);
  expect(assignment.find(at(0))).toBeUndefined();
});

test('only owned partitions are reported as paused, and their read-ahead is freed', async () => {
  const assignment = reading(0, 1);
  assignment.find(at(0))?.accept(0n, chunkOf(0, 4, 100));
  const room = assignment.until(() => !assignment.isFull).then(() => 'room');
  expect(await presentValue(room)).toBe('pending');
  const paused = [expect.objectContaining({ ...at(0), state: 'paused' })];
  expect(assignment.pauseOnly(events(0, 2))).toEqual({ paused, hasResumed: false });
  expect(await presentValue(room)).toBe('room');
  expect(assignment.paused).toEqual(paused);
});

test('a paused partition that is located is not read', () => {
  const assignment = reading(0, 1);
  assignment.pauseOnly(events(0));
  const started = assignment.relocate().map((one) => assignment.start(one, 5n));
  expect(started).toEqual([false, true]);
  expect(assignment.find(at(0))).toMatchObject({ state: 'paused', position: 5n });
});

test('positions are located while slices of other partitions are in flight', async () => {
  const assignment = reading(0, 1);
  assignment.find(at(1))?.accept(0n, chunkOf(0, 3));
  assignment.takeNext();
  expect(await presentValue(assignment.settled(assignment.rebalance('me', events(0, 1))))).toBe('pending');
  expect(await presentValue(assignment.settled(assignment.rebalance('me', events(0))))).toBe(true);
});

test('a lookup that waits for a slice ends with the next rebalance', async () => {
  const assignment = reading(0);
  assignment.find(at(0))?.accept(0n, chunkOf(0, 3));
  assignment.takeNext();
  const settled = assignment.settled(assignment.rebalance('another id', events(0)));
  expect(await presentValue(settled)).toBe('pending');
  assignment.rebalance('another id', events(0));
  expect(await presentValue(settled)).toBe(false);
});

test('a partition that moves to another member completes nothing more', () => {
  const assignment = reading(0, 1);
  assignment.find(at(0))?.accept(0n, chunkOf(0, 3));
  const slice = assignment.takeNext();
  assignment.rebalance('me', events(1));
  slice?.owner.complete(slice);
  expect(slice?.owner).toMatchObject({ state: 'revoked', completed: 0n });
});

test('a lookup of positions is outdated after the next rebalance or the end', async () => {
  const assignment = new Assignment(limits, 1_000);
  const first = assignment.rebalance('me', events(0, 1));
  const second = assignment.rebalance('me', events(0));
  expect([assignment.isCurrent(first), assignment.isCurrent(second)]).toEqual([false, true]);
  expect(await assignment.settled(first)).toBe(false);
  assignment.end();
  expect(await assignment.settled(second)).toBe(false);
});

test('a member that has left the group has drained nothing', () => {
  const assignment = reading(0);
  const ends = new Map([['events/0', 3n]]);
  assignment.revokeAll();
  expect(assignment.isDrained(ends)).toBe(false);
  assignment.rebalance('another id', []);
  expect(assignment.isDrained(ends)).toBe(true);
});

test('it is drained once every partition is located and done up to its end', () => {
  const assignment = reading(0, 1);
  const ends = new Map([['events/0', 3n]]);
  expect(assignment.partitions).toMatchObject(events(0, 1));
  expect(assignment.isDrained(ends)).toBe(false);
  assignment.find(at(0))?.accept(0n, chunkOf(0, 3));
  const slice = assignment.takeNext();
  expect(assignment.isDrained(ends)).toBe(false);
  slice?.owner.complete(slice);
  expect(assignment.isDrained(ends)).toBe(true);
  assignment.relocate();
  expect(assignment.isDrained(ends)).toBe(false);
});

test('the first end counts, and reaches every waiting loop', async () => {
  const assignment = reading(0);
  const loops = [assignment.take(), assignment.take()];
  assignment.end({ error: new Error('first') });
  assignment.end({ error: new Error('second') });
  for (const loop of loops) await expect(loop).rejects.toThrow('first');
});

test('loops end without an error if there is none', async () => {
  const assignment = reading(0);
  const loop = assignment.take();
  assignment.end();
  expect(await loop).toBeUndefined();
});

test('many partitions together read ahead no more than the limit and one fetch', () => {
  const assignment = reading(...Array.from({ length: 200 }, (_, partition) => partition));
  for (const owner of assignment.partitions)
    if (assignment.hasRoom(owner)) owner.accept(0n, chunkOf(0, 3, 100));
  const queued = assignment.partitions.map(({ queue }) => queue.bytes);
  expect(queued.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(2_000);
});
