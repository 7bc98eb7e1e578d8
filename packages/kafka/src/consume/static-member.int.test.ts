import { exitCode, type Logger, silentLogger } from '@pipeline/runtime';
import { expect, inject, test, vi } from 'vitest';
import { openAdmin } from '../admin/admin.ts';
import { connectKafka } from '../client/connect.ts';
import { openPublisher } from '../produce/publisher.ts';
import { createFreshTopic, publishNumbers } from '../testing/fresh-topic.ts';
import { openSource } from './batch-source.ts';

type Fresh = Awaited<ReturnType<typeof createFreshTopic>>;

/** A join to the group, as it is logged. */
interface Join {
  readonly partitions: readonly string[];
  readonly generation: number;
}

/** A member with an instance id, and its joins so far; it reads until it is closed. */
async function openMember({ settings }: Fresh, id: string) {
  const joins: Join[] = [];
  const info = (fields: unknown, message?: string) =>
    void (message === 'joined the group' && joins.push(fields as Join));
  const logger: Logger = { ...silentLogger, info };
  const stop = new AbortController();
  const admin = await openAdmin(connectKafka(settings, 'test'));
  const source = await openSource({
    settings: { ...settings, KAFKA_GROUP_INSTANCE_ID: id },
    ...{ name: 'test', admin, logger, signal: stop.signal, once: false },
    openLedger: async (_, logStart) => ({ nextOffset: logStart, isRestarted: false }),
    onRebalance: () => {},
    onRetry: () => {},
  });
  const seen: string[] = [];
  const read = async () => {
    for await (const batch of source.batches()) {
      seen.push(...batch.records.map(({ value }) => String(value)));
      await batch.commitOffsets();
    }
  };
  const ended = read().catch((error: unknown) => error);
  const close = async () => {
    stop.abort();
    await ended;
    await source[Symbol.asyncDispose]();
    await admin[Symbol.asyncDispose]();
  };
  return { joins, seen, source, admin, ended, close, [Symbol.asyncDispose]: close };
}

type Member = Awaited<ReturnType<typeof openMember>>;

const patience = { timeout: 60_000, interval: 50 };
const latest = ({ joins }: Member) => joins.at(-1);

/** Waits until each of these members has `count` partitions, all in one generation. */
async function waitForPartitions(members: readonly Member[], count: number): Promise<void> {
  await vi.waitFor(() => {
    expect(members.map((member) => latest(member)?.partitions.length)).toEqual(members.map(() => count));
    expect(new Set(members.map((member) => latest(member)?.generation)).size).toBe(1);
  }, patience);
}

test.concurrent('members that restart, the leader included, cause no rebalance', async () => {
  const fresh = await createFreshTopic(inject('brokers'));
  await using stack = new AsyncDisposableStack();
  const members: Member[] = [];
  for (const id of ['a', 'b', 'c']) members.push(stack.use(await openMember(fresh, id)));
  await waitForPartitions(members, 1);
  const before = members.map(latest);
  const joins = members.map((member) => member.joins.length);
  for (const [index, id] of ['a', 'b', 'c'].entries()) {
    await members[index]?.close();
    const restarted = stack.use(await openMember(fresh, id));
    await vi.waitFor(() => expect(restarted.joins).toEqual([before[index]]), patience);
  }
  expect(members.map((member) => member.joins.length)).toEqual(joins);
});

test.concurrent('a second member with the same instance id fences the first', async () => {
  const fresh = await createFreshTopic(inject('brokers'));
  await using first = await openMember(fresh, 'a');
  await waitForPartitions([first], 3);
  await using second = await openMember(fresh, 'a');
  expect(await first.ended).toMatchObject({
    code: exitCode.failed,
    message: expect.stringContaining('another consumer with the same group instance id'),
    remedy: expect.stringContaining('KAFKA_GROUP_INSTANCE_ID'),
  });
  await using publisher = await openPublisher(fresh.kafka);
  await publishNumbers(publisher, fresh.settings.KAFKA_TOPIC[0], 30);
  await vi.waitFor(() => expect(second.seen).toHaveLength(30), patience);
});

test.concurrent('a member that returns after its session expired joins as a new one', async () => {
  const fresh = await createFreshTopic(inject('brokers'));
  const { KAFKA_GROUP_ID: group } = fresh.settings;
  await using former = await openMember(fresh, 'a');
  await waitForPartitions([former], 3);
  await former.close();
  await using admin = await openAdmin(fresh.kafka);
  await vi.waitFor(async () => {
    expect((await admin.describeGroup(group)).state).toBe('Empty');
  }, patience);
  await using returned = await openMember(fresh, 'a');
  await waitForPartitions([returned], 3);
  expect(latest(returned)?.generation).toBeGreaterThan(latest(former)?.generation ?? 0);
});

test.concurrent('partitions added while the leader was away are assigned when it returns', async () => {
  const fresh = await createFreshTopic(inject('brokers'), 2);
  await using leader = await openMember(fresh, 'a');
  await waitForPartitions([leader], 2);
  await using other = await openMember(fresh, 'b');
  await waitForPartitions([leader, other], 1);
  await leader.close();
  const operator = fresh.kafka.admin();
  await operator.connect();
  await operator.createPartitions({ topicPartitions: [{ topic: fresh.settings.KAFKA_TOPIC[0], count: 4 }] });
  await operator.disconnect();
  await using returned = await openMember(fresh, 'a');
  await waitForPartitions([returned, other], 2);
});
