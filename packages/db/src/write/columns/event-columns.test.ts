import { expect, test } from 'vitest';
import { row } from '../../testing/batches.ts';
import { EventRows } from '../event-rows.ts';

test('the columns of rows have their fields, as Postgres reads arrays', () => {
  const eventId = '019ab3c1-0000-7000-8000-000000000001';
  const all = [row(0, { eventId, userId: null }), row(1, { eventId, userId: 'é', attributesJson: '{}' })];
  const { userIds, payloads, attributes } = EventRows.of(all).toColumns();
  const hex = (column: unknown) => (column as { readonly bytes: Buffer }).bytes.toString('hex');
  const header = (type: string) => `0000000100000001${type.padStart(8, '0')}0000000200000001`;
  expect(hex(userIds)).toBe(`${header('19')}ffffffff00000002c3a9`);
  const payload = `0000000c${Buffer.from('{"path":"/"}').toString('hex')}`;
  expect(hex(payloads)).toBe(`${header('19')}${payload}${payload}`);
  expect(hex(attributes)).toBe(`${header('19')}ffffffff000000027b7d`);
});

test('with a row that only Postgres can judge, all columns are texts', () => {
  const other = row(0, { eventId: '{a,b}', eventTime: '2026-11-24 "', userId: null, payloadJson: '{"a":1}' });
  const columns = EventRows.of([other, row(1, { userId: 'NULL', attributesJson: '"b"' })]).toColumns();
  const texts = Object.entries(columns).map(([name, column]) => [name, String(column)]);
  expect(Object.fromEntries(texts)).toMatchObject({
    eventTimes: '{"2026-11-24 \\"","2026-11-24T09:30:12.345678Z"}',
    eventTypes: '{"page_view","page_view"}',
    userIds: '{NULL,"NULL"}',
    payloads: '{"{\\"a\\":1}","{\\"path\\":\\"/\\"}"}',
    attributes: '{NULL,"\\"b\\""}',
  });
  expect(String(columns.eventIds)).toMatch(/^\{"\{a,b\}","019ab3c1-/);
});
