import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptOrdinary, ordinaryRow, toRecord } from '../testing/accepted-rows.ts';
import { anyTime } from '../testing/any-time.ts';
import { row } from '../testing/batches.ts';
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

const bytesOf = ({ bytes }: CopyRows) => bytes.toString('hex');
const sum = (all: CopyRows) => {
  const sums = new Map<string, number>();
  for (const { minute, eventType, count } of all.tallies)
    sums.set(`${minute} ${eventType}`, (sums.get(`${minute} ${eventType}`) ?? 0) + count);
  return [...sums].filter(([, count]) => count !== 0).sort();
};

test('some rows can be picked or left out, with their records and counts', () => {
  fc.assert(
    fc.property(rows, fc.infiniteStream(fc.boolean()), (changes, choice) => {
      const all = changes.map((change, offset) => row(offset, change));
      const chosen = [...all.keys()].filter(() => choice.next().value);
      const others = EventRows.of(all.filter((_, index) => !chosen.includes(index)));
      const picked = EventRows.of(all).pick(chosen.toReversed());
      expect([...picked].reverse()).toEqual(chosen.map((index) => all[index]));
      const left = EventRows.of(all).without(chosen);
      expect([bytesOf(left), left.records, sum(left)]).toEqual([
        bytesOf(others),
        others.records,
        sum(others),
      ]);
    }),
  );
});

test('the columns of some rows are those of a batch of them', () => {
  fc.assert(
    fc.property(rows, fc.infiniteStream(fc.boolean()), (changes, choice) => {
      const all = EventRows.of(changes.map((change, offset) => row(offset, change)));
      const chosen = [...changes.keys()].filter(() => choice.next().value);
      expect(all.columnsAt(chosen)).toEqual(all.pick(chosen).toColumns());
    }),
  );
});

test('rows are equal if they differ in nothing but their records', () => {
  const [one, other] = [row(0), row(1)];
  const all = EventRows.of([one, { ...one, record: other.record }, { ...one, userId: null }, other]);
  expect([0, 1, 2, 3].map((index) => all.areEqual(0, index))).toEqual([true, true, false, false]);
});

test('a slice of all rows costs nothing', () => {
  const all = EventRows.of([row(0), row(1)]);
  expect(all.slice(0)).toBe(all);
  expect([all.slice(1).length, all.slice(0, 1).length, all.slice(2).length]).toEqual([1, 1, 0]);
});

test('the ids are in the order of the rows', () => {
  const all = [row(1), row(0)];
  const { eventIds } = EventRows.of(all);
  expect(all.map((_, index) => eventIds.at(index))).toEqual(all.map(({ eventId }) => eventId));
});

const MINUTE = Date.parse('2026-11-24T09:30Z') / 60_000;

test('rows have a tally per type and minute, and the time of the last one', () => {
  const later = row(1, { eventTime: '2026-11-24T09:31:00Z' });
  const all = EventRows.of([row(0), row(0), later, row(2, { eventType: 'signup' })]);
  expect(all.tallies).toEqual([
    { minute: MINUTE, eventType: 'page_view', count: 2 },
    { minute: MINUTE + 1, eventType: 'page_view', count: 1 },
    { minute: MINUTE, eventType: 'signup', count: 1 },
  ]);
  expect([EventRows.of([later]), new EventRows()].map((rows) => rows.lastEventMilliseconds)).toEqual([
    60_000 * (MINUTE + 1),
    undefined,
  ]);
});

test.each([
  { eventId: '019ab3c1-0000-7000-8000-00000000000' },
  { eventId: '' },
  { eventTime: '2026-02-30T00:00:00Z' },
])('a row with %j is kept as texts for Postgres to judge', (change) => {
  const [regular, other] = [row(0), row(1, change)];
  const rows = EventRows.of([regular, other, row(2)]);
  expect(rows.areRegular).toBe(false);
  expect(String(rows.toColumns().eventIds)).toMatch(/^\{("[^"]*",?){3}\}$/);
  expect([...rows.slice(0, 2), rows.at(1), rows.at(3)]).toEqual([regular, other, other, undefined]);
  expect([rows.length, rows.pick([1]).areRegular, rows.pick([0, 2]).areRegular]).toEqual([3, false, true]);
  expect([EventRows.of([regular, other]).lastEventMilliseconds, rows.tallies[0]?.count]).toEqual([
    undefined,
    2,
  ]);
});

test('rows with any times are the same after they were picked', () => {
  fc.assert(
    fc.property(fc.array(anyTime, { maxLength: 20 }), (times) => {
      const rows = EventRows.of(times.map((eventTime, at) => row(at, { eventTime })));
      const picked = rows.pick([...times.keys()]);
      expect([bytesOf(picked), picked.tallies, [...picked]]).toEqual([
        bytesOf(rows),
        rows.tallies,
        [...rows],
      ]);
    }),
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
      const read = (from: EventRows) => [bytesOf(from), from.tallies, from.lastEventMilliseconds, [...from]];
      expect(read(rows)).toEqual(read(expected));
    }),
  );
});
