import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { type OffsetCommit, OffsetCommits, type OffsetCommitsOptions } from './offset-commits.ts';

const commit = (partition: number, nextOffset: bigint): OffsetCommit => ({ partition, nextOffset, epoch: 1 });

function create(change: Partial<OffsetCommitsOptions> = {}) {
  const sent: (readonly OffsetCommit[])[] = [];
  const onFailure = vi.fn();
  const commits = new OffsetCommits({
    send: async (some) => void sent.push(some),
    recover: () => sleep(5),
    onFailure,
    ...change,
  });
  return { commits, sent, onFailure };
}

test('the first commit goes at once, and all that follow go together, the last of each partition', async () => {
  const { commits, sent } = create();
  for (const one of [commit(0, 1n), commit(0, 2n), commit(1, 7n), commit(0, 3n)]) await commits.add(one);
  await commits.settled();
  expect(sent).toEqual([[commit(0, 1n)], [commit(0, 3n), commit(1, 7n)]]);
});

test('while Kafka refuses commits whoever brings another waits, and the newest goes', async () => {
  const accepted: (readonly OffsetCommit[])[] = [];
  let refusals = 3;
  const send: OffsetCommitsOptions['send'] = async (some) => {
    if (refusals-- > 0) throw new Error('away');
    accepted.push(some);
  };
  const { commits } = create({ send });
  await commits.add(commit(0, 1n));
  await sleep(0);
  await commits.add(commit(0, 2n));
  expect(accepted).toEqual([[commit(0, 2n)]]);
});

test('whoever has waited goes on once Kafka takes commits again, however many others bring', async () => {
  let isAway = true;
  const send: OffsetCommitsOptions['send'] = async () => {
    if (isAway) throw new Error('away');
  };
  const { commits } = create({ send });
  await commits.add(commit(0, 1n));
  await sleep(0);
  const waited = commits.add(commit(0, 2n));
  isAway = false;
  using _others = setInterval(() => void commits.add(commit(1, 1n)), 1);
  await expect(waited).resolves.toBeUndefined();
});

test('what will not pass is told once, to whoever waits for the end too, and nothing is sent any more', async () => {
  const send = vi.fn<OffsetCommitsOptions['send']>().mockRejectedValue(new Error('not allowed'));
  const recover: OffsetCommitsOptions['recover'] = async (error) => {
    throw error;
  };
  const { commits, onFailure } = create({ send, recover });
  await commits.add(commit(0, 1n));
  await expect(commits.settled()).rejects.toThrow('not allowed');
  await commits.add(commit(0, 2n));
  await expect(commits.settled()).rejects.toThrow('not allowed');
  expect(onFailure).toHaveBeenCalledTimes(1);
  expect(send).toHaveBeenCalledTimes(1);
});
