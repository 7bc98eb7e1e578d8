import { expect, test } from 'vitest';
import { unprovenIn } from './prove.ts';

const finding = { kind: 'missing', record: 'events:0:3', eventId: 'a', detail: 'event' };
const clean = { findings: [], records: '7', rowsNotChecked: null };

test('a clean proof of records and rows leaves nothing open; findings are lines', () => {
  expect(unprovenIn(clean)).toEqual([]);
  expect(unprovenIn({ ...clean, findings: [finding] })).toEqual(['unproven: missing events:0:3 a event']);
});

test('a proof of no records proves nothing, unless there may be none', () => {
  const empty = { ...clean, records: '0' };
  expect(unprovenIn(empty)).toEqual(['unproven: no records were read']);
  expect(unprovenIn(empty, { mayBeEmpty: true })).toEqual([]);
});

test('rows must be checked, unless the topics may lack records', () => {
  const unchecked = { ...clean, rowsNotChecked: 'only a part of the ledger was read' };
  expect(unprovenIn(unchecked)).toEqual(['unproven: rows, because only a part of the ledger was read']);
  expect(unprovenIn(unchecked, { mayLackRecords: true })).toEqual([]);
});
