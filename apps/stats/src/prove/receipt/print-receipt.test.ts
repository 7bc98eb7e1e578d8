import { expect, test } from 'vitest';
import { createProven } from '../../testing/proofs.ts';
import { NONE, type Settled } from '../settle/settle.ts';
import { tallyOf } from '../tally.ts';
import { renderReceipt } from './print-receipt.ts';
import { toReceipt } from './receipt.ts';

const database = { postgres: '18.1', migration: '0033_faster_rollups.sql' };
const making = {
  ...{ finishedAt: '2026-11-24T09:31:00.000Z', version: '0.1.0', sample: 1 },
  ...{ database, clusterId: undefined },
};
const plan = { startedAt: '2026-11-24T09:30:00.000Z', partitions: [createProven()], rowsNotChecked: null };

function render(settled: Partial<Settled>, change = {}): string {
  const tallies = [tallyOf({ stored: 7, duplicates: 1, conflicting: 1, noEvents: 1, markers: 2 })];
  const all = {
    tallies,
    rowsNotChecked: null,
    findings: NONE,
    duplicates: NONE,
    possibleConflicts: NONE,
    ...settled,
  };
  return renderReceipt(toReceipt({ plan, digests: ['00ff'] }, all, { ...making, ...change }));
}

test('a clean receipt has a row per partition and a conclusion', () => {
  expect(
    render({}),
  ).toBe(`PARTITION  FROM  TO  RECORDS  STORED  DUPLICATES  DEAD LETTERS  PURGED  MISSING  DIFFERENT  DIGEST
events/0      0  10       10       7           2             0       0        0          0  00ff

the tables account for 10 records, as they were sent
every row has a record
`);
});

test('findings follow in a table, and those that are left out are counted', () => {
  const finding = { kind: 'missing', record: 'events:0:3', eventId: null, detail: 'dead letter' } as const;
  const findings = { count: 3, first: [finding] };
  expect(render({ findings, rowsNotChecked: 'a part was read' }, { sample: 0.5 })).toContain(`
FOUND    RECORD      EVENT ID  WHAT
missing  events:0:3         -  dead letter

… and 2 more

differences in 10 records of 10: 3
rows without a record were not checked: a part was read
`);
});

test('records before the start of the ledger are named, and not accounted for', () => {
  expect(render({ tallies: [tallyOf({ stored: 1, beforeLedger: 2 })] })).toContain(
    `the tables account for 1 record of 3, as they were sent
records before the ledger's start that are not stored: 2
`,
  );
});

test('possible conflicts are counted, with the first one', () => {
  const found = { kind: 'different', record: 'events:0:4', eventId: 'a', detail: 'event: payload' } as const;
  const tallies = [tallyOf({ conflicting: 2, possibleConflicts: 2 })];
  expect(render({ tallies, possibleConflicts: { count: 2, first: [found, found] } })).toContain(
    'records that differ from their rows, or repeat ids of records that were not read: 2, first events:0:4\n',
  );
});
