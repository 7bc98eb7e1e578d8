import type { ReplayLedger } from '@pipeline/db';
import { expect, test } from 'vitest';
import { planReplay, type ReplayChoice } from './plan.ts';

const ledgerOf = (partition: number, change: Partial<ReplayLedger> = {}): ReplayLedger => ({
  ...{ topic: 'events', partition, nextOffset: 100n, resets: 0, topicId: 'id', clusterId: 'cluster' },
  ...change,
});
const logOf = (partition: number, change: object = {}) => ({
  ...{ topic: 'events', partition, topicId: 'id', logStart: 10n, stableEnd: 120n, logEnd: 120n },
  ...change,
});

/** The planned offsets of partition 0. */
function plan(
  from: bigint | undefined,
  to?: bigint,
  change: { readonly log?: object; readonly ledger?: object } = {},
) {
  const basis = {
    ledgers: [ledgerOf(0, change.ledger), ledgerOf(1)],
    logs: [logOf(0, change.log), logOf(1)],
    clusterId: 'cluster',
  };
  const choice = { partition: 0, fromOf: () => from, toOf: () => to };
  return planReplay(basis, choice).map((range) => [range.from, range.to]);
}

test.each([
  ['what was chosen', 20n, 30n, {}, [20n, 30n]],
  ['no further than the ledger', 20n, 110n, {}, [20n, 100n]],
  ['everything accounted for by default', 20n, undefined, {}, [20n, 100n]],
  ['everything retained by default', undefined, 30n, {}, [10n, 30n]],
  ['nothing that retention has removed', 0n, 30n, { log: { logStart: 15n } }, [15n, 30n]],
  ['no further than a truncated log', 20n, 110n, { log: { stableEnd: 50n } }, [20n, 50n]],
  ['nothing if the end is before the start', 60n, 50n, {}, [50n, 50n]],
] as const)('a replay reads %s', (_, from, to, change, expected) => {
  expect(plan(from, to, change)).toEqual([expected]);
});

test.each([
  ['topic', { log: { topicId: 'another' } }],
  ['cluster', { ledger: { clusterId: 'another' } }],
])('the ledger of another %s is one line', (_, change) => {
  const message = 'the ledger of events/0 accounts for another topic of this name';
  const remedy = 'start a consumer, which begins the ledger of the present one';
  expect(() => plan(20n, 30n, change)).toThrow(expect.objectContaining({ message, remedy }));
});

test('ids that are unknown on one side are no difference', () => {
  expect(plan(20n, 30n, { ledger: { topicId: null, clusterId: null } })).toEqual([[20n, 30n]]);
  expect(plan(20n, 30n, { log: { topicId: undefined } })).toEqual([[20n, 30n]]);
});

test('partitions are chosen by topic and number, and an unknown one is a usage error', () => {
  const orders = ledgerOf(1, { topic: 'orders' });
  const ledgers = [ledgerOf(0), ledgerOf(1), orders, ledgerOf(3)];
  const logs = [logOf(0), logOf(1), logOf(1, { topic: 'orders' })];
  const basis = { ledgers, logs, clusterId: undefined };
  const chosen = (choice: Partial<ReplayChoice>) =>
    planReplay(basis, { fromOf: () => 0n, toOf: () => undefined, ...choice });
  expect(chosen({}).map(({ ledger }) => ledger.partition)).toEqual([0, 1, 1]);
  expect(chosen({ topic: 'events', partition: 1 }).map(({ ledger }) => ledger.partition)).toEqual([1]);
  expect(chosen({ topic: 'orders' }).map(({ ledger }) => ledger)).toEqual([orders]);
  const message = 'no consumer has read any of these partitions yet, or there is no such partition';
  const problem = { message, remedy: 'correct --topic and --partition', code: 2 };
  expect(() => chosen({ partition: 7 })).toThrow(expect.objectContaining(problem));
});
