import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Assignment } from './assignment.ts';
import { OffsetCommitter, type OffsetCommitterOptions } from './offset-committer.ts';
import { chunkOf } from './testing/chunks.ts';
import { at, events } from './testing/partitions.ts';

type Sent = readonly (readonly [partition: number, offset: number])[];

function create(change: Partial<OffsetCommitterOptions> = {}) {
  const assignment = new Assignment({ maxRecords: 1, maxBytes: 1_000 }, 1_000_000);
  for (const one of assignment.rebalance('me', events(0, 1))) {
    one.startAt(0n);
    one.accept(0n, chunkOf(0, 1_000));
  }
  const sent: Sent[] = [];
  const onFailure = vi.fn();
  const send: OffsetCommitterOptions['send'] = async (commits) =>
    void sent.push(commits.map(({ owner, offset }) => [owner.partition, Number(offset)] as const));
  const committer = new OffsetCommitter(assignment, { send, recover: () => sleep(5), onFailure, ...change });
  /** Completes one record of a partition. */
  const complete = (partition: number) => {
    const owner = assignment.find(at(partition));
    const slice = owner?.take();
    if (slice === undefined) throw new RangeError('there is nothing to complete');
    owner?.complete(slice);
    owner?.release(slice);
    return committer.request();
  };
  return { committer, complete, sent, onFailure, assignment };
}

test('the first commit is sent at once, all that follow are sent together', async () => {
  const { committer, complete, sent } = create();
  for (const partition of [0, 0, 1, 0]) await complete(partition);
  await committer.settled();
  expect(sent).toEqual([
    [[0, 1]],
    [
      [0, 3],
      [1, 1],
    ],
  ]);
});

test('while Kafka refuses commits further ones wait, and the newest offset is sent', async () => {
  const accepted: bigint[] = [];
  let refusals = 3;
  const { complete } = create({
    send: async ([commit]) => {
      if (refusals-- > 0) throw new Error('away');
      if (commit !== undefined) accepted.push(commit.offset);
    },
  });
  await complete(0);
  await sleep(0);
  await complete(0);
  expect(accepted).toEqual([2n]);
});

test('waiting callers continue once Kafka accepts commits, however many others follow', async () => {
  let isAway = true;
  const { complete } = create({
    send: async () => {
      if (isAway) throw new Error('away');
    },
  });
  await complete(0);
  await sleep(0);
  const waited = complete(0);
  isAway = false;
  using _others = setInterval(() => void complete(1), 1);
  await expect(waited).resolves.toBeUndefined();
});

test('waiting callers go on when the group revokes what could not be committed', async () => {
  const { complete, assignment } = create({ send: () => Promise.reject(new Error('away')) });
  await complete(0);
  await sleep(0);
  const waited = complete(1);
  assignment.revokeAll();
  await expect(waited).resolves.toBeUndefined();
});

test('a commit of a revoked partition is not sent', async () => {
  const { committer, complete, sent, assignment } = create();
  await complete(0);
  await complete(1);
  assignment.rebalance('me', events(0));
  await committer.settled();
  expect(sent).toEqual([[[0, 1]]]);
});

test('a request without anything to commit does not block later ones', async () => {
  const { committer, complete, sent } = create();
  await committer.request();
  await complete(0);
  await committer.settled();
  expect(sent).toEqual([[[0, 1]]]);
});

test('a permanent error is reported once and ends all commits', async () => {
  const send = vi.fn<OffsetCommitterOptions['send']>().mockRejectedValue(new Error('not allowed'));
  const { committer, complete, onFailure } = create({
    send,
    recover: async (error) => {
      throw error;
    },
  });
  await complete(0);
  await expect(committer.settled()).rejects.toThrow('not allowed');
  await complete(0);
  await expect(committer.settled()).rejects.toThrow('not allowed');
  expect(onFailure).toHaveBeenCalledTimes(1);
  expect(send).toHaveBeenCalledTimes(1);
});

test('a permanent error that no caller waits for is not an unhandled rejection', async () => {
  const onUnhandled = vi.fn();
  process.once('unhandledRejection', onUnhandled);
  const { complete, onFailure } = create({
    send: () => Promise.reject(new Error('not allowed')),
    recover: (error) => Promise.reject(error),
  });
  await complete(0);
  await sleep(0);
  process.off('unhandledRejection', onUnhandled);
  expect(onFailure).toHaveBeenCalledTimes(1);
  expect(onUnhandled).not.toHaveBeenCalled();
});
