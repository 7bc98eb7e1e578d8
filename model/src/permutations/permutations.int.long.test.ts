/** @module-tag long */
import type { Sql } from '@pipeline/db';
import { isNightly, testStack } from '@pipeline/testing';
import { expect, test } from 'vitest';
import type { Operation } from './operations.ts';
import { allPairs, runPermutations } from './run.ts';
import type { Client } from './session.ts';

const { createDatabase } = testStack();

/** All pairs take many minutes on a busy machine. */
const pairs = allPairs.filter(
  (pair) => isNightly || pair.some(({ name }) => name === 'write' || name === 'write by COPY'),
);
const timeout = 900_000;

test('two operations give the result of a serial order in every interleaving', { timeout }, async () => {
  const reports = await runPermutations(createDatabase, pairs);
  expect(reports.flatMap(({ name, problems }) => problems.map((problem) => ({ name, ...problem })))).toEqual(
    [],
  );
  expect(reports).toHaveLength(pairs.length);
  const interleavings = reports.reduce((sum, { interleavings }) => sum + interleavings, 0);
  expect(interleavings).toBeGreaterThan(10 * pairs.length);
});

/** An operation of two statements in one transaction. */
function twoStatements(name: string, ...texts: readonly string[]): Operation {
  const run = async ({ database }: Client) => {
    await database.run((sql) => sql.unsafe(`begin; ${texts.join(';')}; commit`).simple());
  };
  return { name, points: [minute(1), minute(2)], prepare: async (client) => () => run(client) };
}
const minute = (key: number) => ({ table: 'agg_events_minute', key }) as const;
const touch = (key: number) =>
  `update agg_events_minute set event_type = event_type where extract(minute from minute) = ${key}`;

test('locks in opposite orders are reported as a deadlock', async () => {
  const pair = [twoStatements('up', touch(1), touch(2)), twoStatements('down', touch(2), touch(1))] as const;
  const [report] = await runPermutations(createDatabase, [pair]);
  expect(report?.problems.map(({ what }) => what)).toContain('a deadlock');
});

/** Reads a count, and writes the next one in a second transaction. */
const increment: Operation = {
  name: 'increment',
  prepare:
    async ({ database }) =>
    async () => {
      const where = `where extract(minute from minute) = 2`;
      const read = (sql: Sql) =>
        sql.unsafe<{ n: bigint }[]>(`select event_count as n from agg_events_minute ${where}`);
      const [row] = await database.run(read);
      await database.run((sql) =>
        sql.unsafe(`update agg_events_minute set event_count = ${(row?.n ?? 0n) + 1n} ${where}`),
      );
    },
};

test('a lost update and a violated invariant are reported', async () => {
  const [report] = await runPermutations(createDatabase, [[increment, increment]]);
  expect(report?.interleavings).toBe(6);
  const problems = report?.problems.map(({ what }) => what.split(' ').slice(0, 2).join(' '));
  expect(new Set(problems)).toEqual(new Set(['the count', 'no serial']));
});

/** Changes the values of roll-ups; a count has none. */
const miscount: Operation = {
  name: 'miscount',
  prepare:
    async ({ database }) =>
    () =>
      database.run((sql) => sql.unsafe('update rollup_values set value = value + 1')),
};

test('a roll-up that does not equal a recount is reported', async () => {
  const [report] = await runPermutations(createDatabase, [[miscount, miscount]]);
  const problems = new Set(report?.problems.map(({ what }) => what.split(' ').slice(0, 3).join(' ')));
  expect(problems).toEqual(new Set(['the roll-up total', 'the roll-up lowest', 'the roll-up highest']));
});
