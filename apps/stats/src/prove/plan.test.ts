import { expect, test } from 'vitest';
import { type Basis, planProof } from './plan.ts';

const ledger = (partition: number, change = {}) => ({
  ...{ topic: 'events', partition, startOffset: 0n, nextOffset: 10n, records: 10n, conflicts: 0n, resets: 0 },
  ...{ topicId: 'abcd', identity: '["id"]', ...change },
});
const log = (partition: number, change = {}) => ({
  ...{
    topic: 'events',
    partition,
    topicId: 'abcd',
    logStart: 0n,
    logEnd: 12n,
    stableEnd: 12n,
  },
  ...change,
});
const basisOf = (change: Partial<Basis> = {}): Basis => ({
  startedAt: '',
  ledgers: [ledger(0), ledger(1)],
  logs: [log(0), log(1)],
  identity: '["id"]',
  ...change,
});
const [three, seven, thirty] = [() => 3n, () => 7n, () => 30n];
const boundsOf = ({ partitions }: ReturnType<typeof planProof>) =>
  partitions.map(({ partition, from, to }) => [partition, Number(from), Number(to)]);

test('everything that is retained and accounted for is read, and rows are checked', () => {
  const plan = planProof(basisOf(), {});
  expect(boundsOf(plan)).toEqual([
    [0, 0, 10],
    [1, 0, 10],
  ]);
  expect(plan.rowsNotChecked).toBeNull();
});

test.each([
  ['a partition', {}, { partition: 1 }, [[1, 0, 10]], 'only some of the partitions were read'],
  [
    'offsets',
    {},
    { fromOf: three, toOf: seven },
    [
      [0, 3, 7],
      [1, 3, 7],
    ],
    'only a part of the ledger was read',
  ],
  [
    'offsets beyond the ledger',
    {},
    { fromOf: thirty },
    [
      [0, 10, 10],
      [1, 10, 10],
    ],
    'only a part of the ledger was read',
  ],
  [
    'a topic that has lost records',
    { logs: [log(0), log(1, { logStart: 2n })] },
    {},
    [
      [0, 0, 10],
      [1, 2, 10],
    ],
    'the topic no longer has all records that the ledger accounts for',
  ],
  [
    'one of two topics in the tables',
    { ledgers: [ledger(0), ledger(0, { topic: 'others' })] },
    {},
    [[0, 0, 10]],
    'only some of the partitions were read',
  ],
] as const)('of %s only that is read, and rows are not checked', (_, change, choice, bounds, reason) => {
  const plan = planProof(basisOf(change), choice);
  expect(boundsOf(plan)).toEqual(bounds);
  expect(plan.rowsNotChecked).toBe(reason);
});

test('a ledger that starts with the retained records is whole, also below 0', () => {
  const starts = (startOffset: bigint, logStart: bigint) =>
    planProof(basisOf({ ledgers: [ledger(0, { startOffset })], logs: [log(0, { logStart })] }), {})
      .rowsNotChecked;
  expect([starts(5n, 5n), starts(6n, 5n), starts(-5n, 0n)]).toEqual([null, null, null]);
});

test.each([
  ['another topic of this name', { logs: [log(0, { topicId: 'beef' })] }, /accounts for a former topic/],
  [
    'another id rule',
    { identity: '["record"]' },
    /follow the rule \["id"\], but the definition has the rule \["record"\]/,
  ],
  ['no ledger', { ledgers: [] }, /the ledger accounts for none of these partitions/],
])('%s is an error', (_, change, message) => {
  expect(() => planProof(basisOf(change), {})).toThrow(message);
});
