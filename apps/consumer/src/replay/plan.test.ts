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
function plan(from: bigint, to?: bigint, change: { readonly log?: object; readonly ledger?: object } = {}) {
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
  expect(() => plan(20n, 30n, change)).toThrow('events/0 accounts for another topic of this name');
});

test('ids that are unknown on one side are no difference', () => {
  expect(plan(20n, 30n, { ledger: { topicId: null, clusterId: null } })).toEqual([[20n, 30n]]);
  expect(plan(20n, 30n, { log: { topicId: undefined } })).toEqual([[20n, 30n]]);
});

test('partitions are chosen by topic and number, and an unknown one is a usage error', () => {
  const basis = { ledgers: [ledgerOf(0), ledgerOf(1)], logs: [logOf(0), logOf(1)], clusterId: undefined };
  const chosen = (choice: Partial<ReplayChoice>) =>
    planReplay(basis, { fromOf: () => 0n, toOf: () => undefined, ...choice });
  expect(chosen({}).map(({ ledger }) => ledger.partition)).toEqual([0, 1]);
  expect(chosen({ topic: 'events', partition: 1 }).map(({ ledger }) => ledger.partition)).toEqual([1]);
  expect(() => chosen({ partition: 7 })).toThrow(expect.objectContaining({ code: 2 }));
});
