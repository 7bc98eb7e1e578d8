import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptOrdinary, ordinaryRow, toRecord } from '../testing/accepted-rows.ts';
import { row } from '../testing/batches.ts';
import { columnsOf } from './columns/event-columns.ts';
import { type CopyRows, EventRows } from './event-rows.ts';

/** Texts with characters that an array literal must escape. */
const hostile = fc.string({
  unit: fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'a', 'é', '\n', '𝄞'),
  maxLength: 20,
});

const rows = fc.array(
  fc.record({
    userId: fc.option(hostile, { freq: 3 }),
    payloadJson: hostile.filter((json) => json !== ''),
    attributesJson: fc.option(fc.constantFrom('{}', '{"a":null}'), { freq: 2, nil: undefined }),
    eventType: fc.constantFrom('a', 'b', '"\\'),
  }),
  { maxLength: 20 },
);

test('iterating returns the rows that were pushed, whole or sliced', () => {
  fc.assert(
    fc.property(rows, fc.nat(20), fc.nat(20), (changes, a, b) => {
      const all = changes.map((change, offset) => row(offset, change));
      const [from, to] = [Math.min(a, b, all.length), Math.min(Math.max(a, b), all.length)];
      expect([...EventRows.of(all)]).toEqual(all);
      expect([...EventRows.of(all).slice(from, to)]).toEqual(all.slice(from, to));
    }),
  );
});

const textOf = ({ text }: CopyRows) => String(Buffer.concat(text));
const sum = (all: CopyRows) => {
  const sums = new Map<string, number>();
  for (const { minute, eventType, count } of all.tallies)
    sums.set(`${minute} ${eventType}`, (sums.get(`${minute} ${eventType}`) ?? 0) + count);
  return [...sums].filter(([, count]) => count !== 0).sort();
};

test('rows can be divided, with their records and counts', () => {
  fc.assert(
    fc.property(rows, fc.infiniteStream(fc.boolean()), (changes, choice) => {
      const all = changes.map((change, offset) => row(offset, change));
      const chosen = [...all.keys()].filter(() => choice.next().value);
      const others = EventRows.of(all.filter((_, index) => !chosen.includes(index)));
      const [some, left] = EventRows.of(all).divide(chosen);
      expect([...some]).toEqual(chosen.map((index) => all[index]));
      expect([...EventRows.of(all).pick(chosen.toReversed())].reverse()).toEqual([...some]);
      expect([textOf(left), left.records, sum(left)]).toEqual([textOf(others), others.records, sum(others)]);
    }),
  );
});

test('a slice of all rows costs nothing', () => {
  const all = EventRows.of([row(0), row(1)]);
  expect(all.slice(0)).toBe(all);
  expect([all.slice(1).length, all.slice(0, 1).length, all.slice(2).length]).toEqual([1, 1, 0]);
});

test('without rows the columns are empty', () => {
  const { eventIds, eventTypes, payloads } = columnsOf(new EventRows());
  expect([eventIds, eventTypes, payloads].map(String)).toEqual(['{}', '{}', '']);
});

test('the ids are in the order of the rows', () => {
  const all = [row(1), row(0)];
  const { eventIds } = EventRows.of(all);
  expect(all.map((_, index) => eventIds.at(index))).toEqual(all.map(({ eventId }) => eventId));
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

test('rows have a tally per type and minute, and the time of the last one', () => {
  const later = row(1, { eventTime: '2026-11-24T09:31:00Z' });
  const all = EventRows.of([row(0), row(0), later, row(2, { eventType: 'signup' })]);
  expect(all.tallies).toEqual([
    { minute: '2026-11-24T09:30Z', eventType: 'page_view', count: 2 },
    { minute: '2026-11-24T09:31Z', eventType: 'page_view', count: 1 },
    { minute: '2026-11-24T09:30Z', eventType: 'signup', count: 1 },
  ]);
  expect([EventRows.of([later]).lastEventTime, new EventRows().lastEventTime]).toEqual([
    '2026-11-24T09:31:00Z',
    undefined,
  ]);
});

test('the columns are encoded as Postgres reads them', () => {
  const all = [row(0, { eventId: 'a', userId: '"' }), row(1, { eventId: 'b', payloadJson: '{}' })];
  const { attributes, rowCount, ...columns } = columnsOf(EventRows.of(all));
  expect([attributes, rowCount]).toEqual([undefined, 2]);
  expect(Object.fromEntries(Object.entries(columns).map(([name, bytes]) => [name, String(bytes)]))).toEqual({
    eventIds: '{a,b}',
    eventTypes: '{"page_view","page_view"}',
    eventTimes: '{2026-11-24T09:30:12.345678Z,2026-11-24T09:30:12.345678Z}',
    userIds: '{"\\"","user-1"}',
    payloads: '{"path":"/"}\u001e{}',
  });
});

test('ids ascend if they are of UUIDv7, also if a few are late, but not random ones', () => {
  const of = (prefixes: readonly string[]) =>
    EventRows.of(prefixes.map((prefix, at) => row(at, { eventId: `${prefix}-0000-7000-8000-000000000000` })));
  expect(of(['019ab3c1', '019ab3c1', '019ab3c0', '019ab3c2', '019ab3c3']).isAscending).toBe(true);
  expect(of([]).isAscending).toBe(true);
  expect(of(['91000000', '3a000000', 'c0000000', '08000000', '51000000']).isAscending).toBe(false);
});

test('a row is a line of six fields', () => {
  const all = [
    row(0, { eventId: 'a', eventType: '\\', userId: null, payloadJson: '{"a":"\\n"}' }),
    row(1, { eventId: 'b', userId: '\tNULL', attributesJson: '{\n}' }),
  ];
  expect(textOf(EventRows.of(all))).toBe(
    'a\t\\\\\t2026-11-24T09:30:12.345678Z\t\\N\t{"a":"\\\\n"}\t\\N\n' +
      'b\tpage_view\t2026-11-24T09:30:12.345678Z\t\\tNULL\t{"path":"/"}\t{\\n}\n',
  );
});

test('an accepted event becomes the row that its texts become', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(ordinaryRow, fc.boolean()), { maxLength: 40 }), (all) => {
      const [expected, rows] = [new EventRows(), new EventRows()];
      for (const [change, isAccepted] of all) {
        const one = row(0, change);
        const event = isAccepted ? acceptOrdinary(toRecord(one)) : undefined;
        expect(event !== undefined).toBe(isAccepted);
        expected.push(one);
        if (event === undefined) rows.push(one);
        else rows.pushAccepted(event, one.record);
      }
      const read = (from: EventRows) => [
        textOf(from),
        from.tallies,
        from.isAscending,
        from.lastEventTime,
        [...from],
      ];
      expect(read(rows)).toEqual(read(expected));
    }),
  );
});
