import fc from 'fast-check';
import { expect, test } from 'vitest';
import { row } from '../testing/batches.ts';
import { EventRows } from './event-rows.ts';

/** Texts with characters that an array literal must escape. */
const hostile = fc.string({
  unit: fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'a', 'é', '\n', '𝄞'),
  maxLength: 20,
});

const rows = fc.array(
  fc.record({
    userId: hostile,
    payloadJson: hostile.filter((json) => json !== ''),
    eventType: fc.constantFrom('a', 'b'),
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

test('without rows the columns are empty', () => {
  const { eventIds, eventTypes, payloads } = new EventRows().toColumns();
  expect([eventIds, eventTypes, payloads].map(String)).toEqual(['{}', '{}', '']);
});
