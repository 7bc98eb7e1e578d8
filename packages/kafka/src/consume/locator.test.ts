import { silentLogger } from '@pipeline/runtime';
import { expect, test, vi } from 'vitest';
import type { ClusterAdmin } from '../admin/admin.ts';
import type { KafkaRecord } from '../record.ts';
import type { PartitionOffsets } from '../topic-partition.ts';
import type { EpochEnd } from './divergence.ts';
import { Locator } from './locator.ts';
import type { Ledger } from './resume.ts';
import { recordAt } from './testing/chunks.ts';

const offsets: PartitionOffsets = {
  topic: 'events',
  partition: 0,
  topicId: 'id',
  logStart: 0n,
  logEnd: 200n,
  stableEnd: 200n,
  committed: 100n,
};
const tail = { epoch: 7, epochs: [{ epoch: 7, offset: 0n }], record: undefined };

/** Locates a partition whose ledger is at offset 100, with a log in which epoch 7 ends at `end`. */
function locating(
  end: EpochEnd | undefined,
  change: Partial<Ledger> = {},
  again: Partial<PartitionOffsets> = {},
) {
  let ledger: Ledger = { nextOffset: 100n, isRestarted: false, tail, ...change };
  const calls: string[] = [];
  const fetchEpochEnd = async () => end;
  const fetchRecord: ClusterAdmin['fetchRecord'] = async (_, offset) => recordAt(Number(offset));
  const rewindLedger = vi.fn(async (_: object, from: bigint, to: bigint) => {
    calls.push(`rewind ${from} to ${to}`);
    ledger = { ...ledger, nextOffset: to };
    return true;
  });
  const logger = { ...silentLogger, info: vi.fn(), warn: vi.fn() } as unknown as typeof silentLogger;
  const locator = new Locator({
    admin: { fetchEpochEnd, fetchRecord },
    logger,
    openLedger: async ({ topicId }) =>
      topicId === 'id' ? ledger : { nextOffset: 0n, isRestarted: true, tail: undefined },
    truncation: {
      hashRecord: ({ offset }: KafkaRecord) => offset,
      rewindLedger,
      onTruncation: () => calls.push('counted'),
    },
  });
  const commitBack = async (offset: bigint) => {
    calls.push(`commit ${offset}`);
  };
  const fetchAgain = async () => ({ ...offsets, ...again });
  const locate = (at: Partial<PartitionOffsets> = {}) =>
    locator.locate({ ...offsets, ...at }, { commitBack, fetchAgain });
  return { locate, calls, rewindLedger, logger };
}

test('an intact log is read on from the ledger', async () => {
  const { locate, calls, logger } = locating({ epoch: 7, endOffset: 150n });
  expect(await locate()).toEqual({ offset: 100n, epoch: 7 });
  expect(calls).toEqual([]);
  expect(logger.warn).not.toHaveBeenCalled();
});

test('a commit ahead of the ledger goes back to it', async () => {
  const { locate, calls } = locating({ epoch: 7, endOffset: 150n });
  expect(await locate({ committed: 130n })).toEqual({ offset: 100n, epoch: 7 });
  expect(calls).toEqual(['commit 100']);
});

test('records that are read again have the epoch that the ledger has for their offsets', async () => {
  const epochs = [
    { epoch: 3, offset: 0n },
    { epoch: 7, offset: 60n },
  ];
  const end = { epoch: 7, endOffset: 150n };
  const { locate, logger } = locating(end, { tail: { epoch: 7, epochs, record: undefined } });
  expect(await locate({ committed: 61n })).toEqual({ offset: 61n, epoch: 7 });
  expect(logger.info).toHaveBeenCalledWith(expect.objectContaining({ replays: '39' }), expect.any(String));
  expect(await locate({ committed: 60n })).toEqual({ offset: 60n, epoch: 3 });
});

test('after a truncation the commit goes back before the ledger; it is counted once', async () => {
  const { locate, calls, logger } = locating({ epoch: 7, endOffset: 60n });
  expect(await locate()).toEqual({ offset: 60n, epoch: 7 });
  expect(calls).toEqual(['commit 60', 'rewind 100 to 60', 'counted']);
  const message = expect.stringMatching(/was truncated.* 60 .* 100; re-reading from 60/);
  expect(logger.warn).toHaveBeenCalledWith(
    expect.objectContaining({ ledger: '100', divergence: '60' }),
    message,
  );
});

test('a group that never committed, or is behind, is left alone', async () => {
  const behind = locating({ epoch: 7, endOffset: 60n });
  expect(await behind.locate({ committed: 50n })).toEqual({ offset: 50n, epoch: 7 });
  const level = locating({ epoch: 7, endOffset: 60n });
  expect(await level.locate({ committed: 60n })).toEqual({ offset: 60n, epoch: 7 });
  const never = locating({ epoch: 7, endOffset: 60n });
  expect(await never.locate({ committed: undefined })).toMatchObject({ offset: 0n });
  expect([...behind.calls, ...level.calls, ...never.calls]).not.toContainEqual(
    expect.stringContaining('commit'),
  );
});

test('a ledger that another process has moved is looked up again', async () => {
  const { locate, calls, rewindLedger } = locating({ epoch: 7, endOffset: 60n });
  rewindLedger.mockResolvedValueOnce(false);
  expect(await locate()).toMatchObject({ offset: 60n });
  expect(calls).toEqual(['commit 60', 'rewind 100 to 60', 'counted']);
});

test('a ledger ahead of a log end from before is not taken for a truncation', async () => {
  const { locate, calls } = locating(undefined);
  expect(await locate({ logEnd: 80n, committed: 80n })).toMatchObject({ offset: 100n });
  expect(calls).toEqual([]);
});

test('a ledger ahead of the present log end is a truncation', async () => {
  const { locate, calls } = locating(undefined, { tail: undefined }, { logEnd: 80n });
  expect(await locate({ logEnd: 80n, logStart: 0n })).toMatchObject({ offset: 0n });
  expect(calls).toEqual(['commit 0', 'rewind 100 to 0', 'counted']);
});

test('a recreated topic is not taken for a truncated log', async () => {
  const { locate, calls } = locating({ epoch: 7, endOffset: 60n }, { isRestarted: true });
  expect(await locate()).toMatchObject({ offset: 100n });
  expect(calls).toEqual([]);
});

test('a ledger at the end of the log is located without another lookup', async () => {
  const { locate } = locating(undefined, {}, { topicId: 'recreated' });
  expect(await locate({ logEnd: 100n })).toEqual({ offset: 100n, epoch: 7 });
});

test('a topic that is recreated during the lookup is looked up again', async () => {
  const { locate, calls } = locating(
    undefined,
    {},
    { topicId: 'recreated', logEnd: 50n, committed: undefined },
  );
  expect(await locate({ logEnd: 80n })).toEqual({ offset: 0n, epoch: undefined });
  expect(calls).toEqual([]);
});

test("the ledger's last record decides if the leader epochs do not", async () => {
  const tailWith = (hash: string) => ({ tail: { epochs: [], record: { offset: 99n, hash } } });
  const intact = locating(undefined, tailWith('99'));
  expect(await intact.locate()).toMatchObject({ offset: 100n });
  expect(intact.calls).toEqual([]);
  expect(intact.logger.info).not.toHaveBeenCalled();
  const truncated = locating(undefined, tailWith('of another record'));
  await truncated.locate();
  expect(truncated.calls).toEqual(['commit 0', 'rewind 100 to 0', 'counted']);
});

test('a caller that cannot set its ledgers back reads on from them', async () => {
  const ledger = { nextOffset: 100n, isRestarted: false, tail };
  const admin = {
    fetchEpochEnd: async () => ({ epoch: 7, endOffset: 60n }),
    fetchRecord: async () => undefined,
  };
  const locator = new Locator({ admin, logger: silentLogger, openLedger: async () => ledger });
  const access = { commitBack: async () => {}, fetchAgain: async () => offsets };
  expect(await locator.locate(offsets, access)).toEqual({ offset: 100n, epoch: 7 });
});

test('a log that cannot be checked is read on, and logged once', async () => {
  const { locate, calls, logger } = locating(undefined);
  expect(await locate()).toEqual({ offset: 100n, epoch: 7 });
  await locate();
  expect(calls).toEqual([]);
  expect(logger.info).toHaveBeenCalledTimes(1);
  expect(logger.warn).not.toHaveBeenCalled();
});
