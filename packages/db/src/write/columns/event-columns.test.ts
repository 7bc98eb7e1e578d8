import { expect, test } from 'vitest';
import { row } from '../../testing/batches.ts';
import { EventRows } from '../event-rows.ts';
import { columnsOf } from './event-columns.ts';

test('without rows the columns are empty', () => {
  const { eventIds, eventTypes, payloads } = columnsOf(new EventRows());
  expect([eventIds, eventTypes, payloads].map(String)).toEqual(['{}', '{}', '']);
});

test('a batch has a column of attributes only if a row has some', () => {
  const none = EventRows.of([row(0), row(1)]);
  const some = EventRows.of([row(0), row(1, { attributesJson: '{"a":1}' }), row(2)]);
  expect(columnsOf(none).attributes).toBeUndefined();
  expect(String(columnsOf(some).attributes)).toBe('null\u001e{"a":1}\u001enull');
});

test('a null among the users is no text', () => {
  const users = ['a', null, 'NULL', ''].map((userId, at) => row(at, { userId }));
  expect(String(columnsOf(EventRows.of(users)).userIds)).toBe('{"a",NULL,"NULL",""}');
});

test('the columns are encoded as Postgres reads them', () => {
  const idOf = (digit: number) => `019ab3c1-0000-7000-8000-00000000000${digit}`;
  const all = [row(0, { eventId: idOf(0), userId: '"' }), row(1, { eventId: idOf(1), payloadJson: '{}' })];
  const { attributes, rowCount, ...columns } = columnsOf(EventRows.of(all));
  expect([attributes, rowCount]).toEqual([undefined, 2]);
  expect(Object.fromEntries(Object.entries(columns).map(([name, bytes]) => [name, String(bytes)]))).toEqual({
    eventIds: `{${idOf(0)},${idOf(1)}}`,
    eventTypes: '{"page_view","page_view"}',
    eventTimes: '{2026-11-24T09:30:12.345678Z,2026-11-24T09:30:12.345678Z}',
    userIds: '{"\\"","user-1"}',
    payloads: '{"path":"/"}\u001e{}',
  });
});

test('ids and times that only Postgres can judge are quoted', () => {
  const other = row(0, { eventId: '{a,b}', eventTime: '2026-11-24 "' });
  const { eventIds, eventTimes } = columnsOf(EventRows.of([other]));
  expect([eventIds, eventTimes].map(String)).toEqual(['{"{a,b}"}', '{"2026-11-24 \\""}']);
});
