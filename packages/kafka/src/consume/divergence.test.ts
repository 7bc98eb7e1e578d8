import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EpochEnd, type EpochStart, epochBefore, findDivergence } from './divergence.ts';

/** A log as the leader epochs of its offsets, in ascending order. */
type Log = readonly number[];

/** Kafka's answer with this log: a requested epoch that is earlier than all of the log ends at its start. */
function endIn(log: Log, epoch: number): EpochEnd | undefined {
  const end = log.findLastIndex((one) => one <= epoch) + 1;
  return log.length === 0 ? undefined : { epoch: log[end - 1] ?? epoch, endOffset: BigInt(end) };
}

/** The epochs of a log that was read from `start` to its end; those before `start` are unknown. */
function epochsOf(log: Log, start: number): readonly EpochStart[] {
  const starts = log.flatMap((epoch, offset) =>
    offset === start || (offset > start && epoch !== log[offset - 1])
      ? [{ epoch, offset: BigInt(offset) }]
      : [],
  );
  return starts;
}

/**
 * Three replicas of a partition. Each new epoch has a leader, which appends to its own log; the followers cut
 * theirs off where they differ, and copy what follows, or are too slow.
 */
const elections = fc.array(
  fc.record({
    leader: fc.nat({ max: 2 }),
    appended: fc.nat({ max: 4 }),
    copied: fc.tuple(...Array.from({ length: 3 }, () => fc.option(fc.nat({ max: 12 }), { nil: undefined }))),
    isRead: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

type Election = typeof elections extends fc.Arbitrary<readonly (infer Each)[]> ? Each : never;

function elect(logs: readonly Log[], epoch: number, { leader, appended, copied }: Election): readonly Log[] {
  const log = [...(logs[leader] ?? []), ...Array<number>(appended).fill(epoch)];
  return logs.map((follower, index) => {
    const count = copied[index];
    if (index === leader) return log;
    return count === undefined ? follower : log.slice(0, commonLength(log, follower) + count);
  });
}

/** Records of one epoch at one offset are the same. */
function commonLength(log: Log, other: Log): number {
  const differs = log.findIndex((epoch, offset) => epoch !== other[offset]);
  return differs === -1 ? log.length : differs;
}

test('a log differs from the one that was read at the divergence, not below it', async () => {
  await fc.assert(
    fc.asyncProperty(elections, fc.nat({ max: 5 }), async (all, start) => {
      let logs: readonly Log[] = [[], [], []];
      let read: Log = [];
      for (const [epoch, election] of all.entries()) {
        logs = elect(logs, epoch, election);
        const current = logs[election.leader] ?? [];
        if (read.length > start) {
          const tail = { epoch: read.at(-1), epochs: epochsOf(read, start) };
          const next = BigInt(read.length);
          const found = await findDivergence(tail, next, async (asked) => endIn(current, asked));
          const common = commonLength(read, current);
          if (common > start) expect(found).toBe(BigInt(common));
          else expect(found === undefined || found <= BigInt(common)).toBe(true);
        }
        if (election.isRead) read = current;
      }
    }),
    { numRuns: 3_000 },
  );
});

test('nothing is known without an epoch, or if the leader does not answer', async () => {
  const epochs = [{ epoch: 3, offset: 0n }];
  const notAsked = () => Promise.reject(new Error('asked'));
  expect(await findDivergence({ epochs }, 10n, notAsked)).toBeUndefined();
  expect(await findDivergence({ epoch: 3, epochs }, 10n, async () => undefined)).toBeUndefined();
});

test('the epoch at the end may be unknown, although those before are known', () => {
  const tail = { epochs: [{ epoch: 3, offset: 0n }] };
  expect([epochBefore(tail, 10n, 10n), epochBefore(tail, 9n, 10n)]).toEqual([undefined, 3]);
});

test('offsets without records below a later epoch are read again', async () => {
  // Offsets 6 to 9 held no record when they were read; epoch 5 began at one of them.
  const tail = {
    epoch: 5,
    epochs: [
      { epoch: 3, offset: 0n },
      { epoch: 5, offset: 6n },
    ],
  };
  const found = await findDivergence(tail, 20n, async () => ({ epoch: 3, endOffset: 8n }));
  expect(found).toBe(6n);
});
