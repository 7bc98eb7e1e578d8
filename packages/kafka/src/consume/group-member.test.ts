import { pause, readSettings, silentLogger } from '@pipeline/runtime';
import kafkajs, { type Kafka } from 'kafkajs';
import { expect, test, vi } from 'vitest';
import { groupSettings } from '../settings.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import { Assignment } from './assignment.ts';
import { GroupMember, type MemberOptions } from './group-member.ts';
import { type FakeConsumer, fakeKafka, fetched } from './testing/fake-kafka.ts';
import { at } from './testing/partitions.ts';

const PARTITIONS = [0, 1];

function kafkaError(type: string): Error {
  return Object.assign(new kafkajs.KafkaJSError(type), { type });
}

/** A member whose partitions are read from offset 0 at once. */
function createMember(kafka: Kafka, assignment: Assignment, change: Partial<MemberOptions> = {}) {
  return new GroupMember(kafka, {
    topics: ['events'],
    settings: readSettings(groupSettings, {}),
    assignment,
    logger: silentLogger,
    fetchEpochEnd: async () => undefined,
    skipUnreadable: () => false,
    onRebalance: (owned) => {
      for (const one of owned) one.startAt(0n);
    },
    onCrash: () => {},
    onRetry: () => {},
    onCommitFailure: () => {},
    signal: new AbortController().signal,
    ...change,
  });
}

/** Joins as another member of the same process, as after a crash. */
async function join(assignment: Assignment, memberId = 'me', change: Partial<MemberOptions> = {}) {
  const { kafka, consumers } = fakeKafka();
  const member = createMember(kafka, assignment, change);
  await member.join();
  const consumer = consumers[0] as FakeConsumer;
  consumer.assign(memberId, PARTITIONS);
  return { member, consumer };
}

function createAssignment(bufferMaxBytes = 1_000_000) {
  return new Assignment({ maxRecords: 1, maxBytes: 1_000_000 }, bufferMaxBytes);
}

/** Takes and completes one record. */
function completeOne(assignment: Assignment, member: GroupMember): Promise<void> {
  const slice = assignment.takeNext();
  if (slice === undefined) throw new RangeError('there is nothing to take');
  slice.owner.complete(slice);
  assignment.release(slice);
  return member.commit();
}

test('a member that has stopped commits nothing of the member that follows it', async () => {
  const assignment = createAssignment();
  const former = await join(assignment, 'former');
  const refused = fetched(0, 0, 3);
  refused.commitOffsetsIfNecessary.mockRejectedValue(kafkaError('ILLEGAL_GENERATION'));
  await former.consumer.fetch(refused);
  await completeOne(assignment, former.member);
  former.consumer.crash(new Error('away'));
  refused.commitOffsetsIfNecessary.mockRejectedValue(kafkaError('UNKNOWN_MEMBER_ID'));
  const next = await join(assignment, 'next');
  const batch = fetched(0, 0, 3);
  batch.commitOffsetsIfNecessary.mockReturnValue(new Promise(() => {}));
  await next.consumer.fetch(batch);
  await completeOne(assignment, next.member);
  await former.member.committed();
  expect(assignment.find(at(0))?.state).toBe('reading');
  expect(refused.commitOffsetsIfNecessary).toHaveBeenCalledTimes(1);
});

/** A member whose commit is refused because another member has its instance id, and what becomes of that. */
async function fence(assignment: Assignment) {
  const onCommitFailure = vi.fn();
  const { consumer, member } = await join(assignment, 'former', { onCommitFailure });
  const { promise, reject } = Promise.withResolvers<void>();
  const batch = fetched(0, 0, 3);
  batch.commitOffsetsIfNecessary.mockReturnValue(promise);
  await consumer.fetch(batch);
  await completeOne(assignment, member);
  return { consumer, member, onCommitFailure, refuse: () => reject(kafkaError('FENCED_INSTANCE_ID')) };
}

test('a member that is fenced commits nothing and ends', async () => {
  const { member, onCommitFailure, refuse } = await fence(createAssignment());
  refuse();
  await expect(member.committed()).rejects.toThrow('FENCED_INSTANCE_ID');
  expect(onCommitFailure).toHaveBeenCalledOnce();
});

test('a stopped member may be fenced by the one that follows it in this process', async () => {
  const { consumer, member, onCommitFailure, refuse } = await fence(createAssignment());
  consumer.crash(new Error('away'));
  refuse();
  await member.committed();
  expect(onCommitFailure).not.toHaveBeenCalled();
});

test('partitions of an expelled member are not fetched until it joins again', async () => {
  const assignment = createAssignment();
  const { consumer, member } = await join(assignment);
  const refused = fetched(0, 0, 3);
  refused.commitOffsetsIfNecessary.mockRejectedValue(kafkaError('UNKNOWN_MEMBER_ID'));
  await consumer.fetch(refused);
  const owner = assignment.find(at(0));
  const revoked = assignment.until(() => owner?.state === 'revoked');
  consumer.pause.mockClear();
  await completeOne(assignment, member);
  await revoked;
  expect(consumer.pause).toHaveBeenCalledWith([{ topic: 'events', partitions: [0] }]);
});

/** One partition in flight, and more queued behind it than its share of the read-ahead. */
async function fillFirst(assignment: Assignment) {
  const joined = await join(assignment);
  await joined.consumer.fetch(fetched(0, 0, 3, 1_000));
  const slice = assignment.takeNext();
  if (slice === undefined) throw new RangeError('there is nothing to take');
  return { ...joined, slice };
}

/** More queued of both partitions than the read-ahead, and nothing in flight. */
async function fillBoth(assignment: Assignment) {
  const joined = await join(assignment);
  const fetches = PARTITIONS.map((partition) => joined.consumer.fetch(fetched(partition, 0, 3, 1_000)));
  await Promise.all(fetches);
  return joined;
}

test('a partition without room is paused, and resumed once it has room', async () => {
  const assignment = createAssignment(2_000);
  const { consumer, slice } = await fillFirst(assignment);
  const dropped = fetched(0, 3, 3, 1_000);
  consumer.pause.mockClear();
  await consumer.fetch(dropped);
  expect(dropped.resolveOffset).not.toHaveBeenCalled();
  expect(consumer.pause).toHaveBeenCalledWith([{ topic: 'events', partitions: [0] }]);
  assignment.release(slice);
  for (let next = assignment.takeNext(); next; next = assignment.takeNext()) assignment.release(next);
  await vi.waitFor(() =>
    expect(consumer.resume).toHaveBeenCalledWith([{ topic: 'events', partitions: [0] }]),
  );
});

test('after the end a partition without room is fetched no more', async () => {
  const assignment = createAssignment(2_000);
  const { consumer } = await fillFirst(assignment);
  assignment.end();
  consumer.pause.mockClear();
  const late = fetched(0, 3, 3, 1_000);
  await consumer.fetch(late);
  expect(late.resolveOffset).not.toHaveBeenCalled();
  expect(consumer.pause).toHaveBeenCalledWith([{ topic: 'events', partitions: [0] }]);
  expect(consumer.resume).not.toHaveBeenCalled();
});

test('while no partition has room, heartbeats go on and what was fetched is kept', async () => {
  const assignment = createAssignment(2_000);
  const { consumer } = await fillBoth(assignment);
  const waiting = fetched(0, 3, 1);
  const accepted = consumer.fetch(waiting);
  await vi.waitFor(() => expect(waiting.heartbeat).toHaveBeenCalled(), 10_000);
  for (let next = assignment.takeNext(); next; next = assignment.takeNext()) assignment.release(next);
  await accepted;
  expect(waiting.resolveOffset).toHaveBeenCalledWith('3');
});

test('heartbeats go on while a fetch takes long, until the member stops', async () => {
  const settings = { ...readSettings(groupSettings, {}), KAFKA_SESSION_TIMEOUT_MS: 1_000 };
  const { consumer } = await join(createAssignment(), 'me', { settings });
  const last = fetched(0, 0, 1);
  last.heartbeat.mockRejectedValueOnce(kafkaError('REBALANCE_IN_PROGRESS'));
  await consumer.fetch(last);
  await vi.waitFor(() => expect(last.heartbeat.mock.calls.length).toBeGreaterThan(2), 10_000);
  consumer.crash(new Error('away'));
  const { length } = last.heartbeat.mock.calls;
  await pause(300, new AbortController().signal);
  expect(last.heartbeat).toHaveBeenCalledTimes(length);
});

test('the batches of a fetch wait for room all at once, not in turns', async () => {
  const { consumer } = await join(createAssignment());
  expect(consumer.concurrency).toBeGreaterThanOrEqual(1_000);
});

/** Reads the records of epoch 3 up to offset 3, then fetches records of epoch 5, whose leader has this end of epoch 3. */
async function readNewerEpoch(endOffset: bigint) {
  const assignment = createAssignment();
  const onRebalance = vi.fn((owned: readonly AssignedPartition[]) => {
    for (const one of owned) one.startAt(0n, 3);
  });
  const fetchEpochEnd = vi.fn(async () => ({ epoch: 3, endOffset }));
  const { consumer } = await join(assignment, 'me', { onRebalance, fetchEpochEnd });
  await consumer.fetch({ ...fetched(0, 0, 3), firstEpoch: 3, lastEpoch: 3 });
  expect(fetchEpochEnd).not.toHaveBeenCalled();
  const newer = { ...fetched(0, 3, 2), firstEpoch: 5, lastEpoch: 5 };
  consumer.pause.mockClear();
  await consumer.fetch(newer);
  expect(fetchEpochEnd).toHaveBeenCalledWith({ topic: 'events', partition: 0 }, 3, 5);
  return { assignment, consumer, newer, onRebalance };
}

test('records of a new leader are read on if it has all that was read', async () => {
  const { assignment, newer, onRebalance } = await readNewerEpoch(3n);
  expect(newer.resolveOffset).toHaveBeenCalledWith('4');
  expect(assignment.find(at(0))).toMatchObject({ position: 5n, epoch: 5 });
  expect(onRebalance).toHaveBeenCalledTimes(1);
});

test('records of a new leader that lost some are not read before positions are located', async () => {
  const { assignment, consumer, newer, onRebalance } = await readNewerEpoch(2n);
  expect(newer.resolveOffset).not.toHaveBeenCalled();
  expect(consumer.pause).toHaveBeenCalledWith([{ topic: 'events', partitions: PARTITIONS }]);
  expect(onRebalance).toHaveBeenCalledTimes(2);
  expect(assignment.find(at(0))).toMatchObject({ position: 0n, epoch: 3 });
});

test('records that are fetched again after the positions were located are read', async () => {
  const { assignment, consumer } = await readNewerEpoch(2n);
  await consumer.fetch({ ...fetched(0, 0, 3), firstEpoch: 3, lastEpoch: 3 });
  const again = { ...fetched(0, 3, 2), firstEpoch: 5, lastEpoch: 5 };
  await consumer.fetch(again);
  expect(again.resolveOffset).toHaveBeenCalledWith('4');
  expect(assignment.find(at(0))).toMatchObject({ position: 5n, epoch: 5 });
});

test('a rebalance ends the wait for room', async () => {
  const assignment = createAssignment(2_000);
  const { consumer } = await fillBoth(assignment);
  const waiting = fetched(0, 3, 1);
  waiting.heartbeat.mockRejectedValue(kafkaError('REBALANCE_IN_PROGRESS'));
  await expect(consumer.fetch(waiting)).rejects.toThrow('REBALANCE_IN_PROGRESS');
});

// L3
test('a commit is retried while its topic is being recreated', async () => {
  const assignment = createAssignment();
  const onRetry = vi.fn();
  const onCommitFailure = vi.fn();
  const { consumer, member } = await join(assignment, 'me', { onRetry, onCommitFailure });
  const batch = fetched(0, 0, 3);
  batch.commitOffsetsIfNecessary.mockRejectedValueOnce(kafkaError('UNKNOWN_TOPIC_OR_PARTITION'));
  await consumer.fetch(batch);
  await completeOne(assignment, member);
  await member.committed();
  expect(onCommitFailure).not.toHaveBeenCalled();
  expect(onRetry).toHaveBeenCalledOnce();
  expect(assignment.uncommitted()).toEqual([]);
});

test('a member that cannot join closes its connections', async () => {
  const { kafka, consumers } = fakeKafka();
  const member = createMember(kafka, createAssignment());
  const [consumer] = consumers as [FakeConsumer];
  vi.spyOn(consumer, 'subscribe').mockRejectedValue(kafkaError('LEADER_NOT_AVAILABLE'));
  await expect(member.join()).rejects.toThrow('LEADER_NOT_AVAILABLE');
  expect(consumer.disconnect).toHaveBeenCalledOnce();
});
