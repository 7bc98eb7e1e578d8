import fc from 'fast-check';
import { expect, test } from 'vitest';
import { row } from '../../testing/batches.ts';
import { EventIds } from '../columns/event-ids.ts';
import { EventRows } from '../event-rows.ts';
import { findRepeated } from './find-repeated.ts';

const id = fc.nat(30).map((n) => `019ab3c1-0000-7000-8000-${String(n).padStart(12, '0')}`);
/** In order, as new ids are, with some late ones. */
const idsOfBatch = fc
  .tuple(fc.array(id, { maxLength: 20 }), fc.array(fc.tuple(fc.nat(20), id), { maxLength: 6 }))
  .map(([ascending, late]) =>
    late.reduce((all, [at, one]) => all.toSpliced(at, 0, one), ascending.toSorted()),
  );

test('the rows whose event is stored, or in an earlier row, are found', () => {
  fc.assert(
    fc.property(idsOfBatch, fc.uniqueArray(id, { maxLength: 6 }), (all, storedIds) => {
      const ids = EventRows.of(all.map((eventId, offset) => row(offset, { eventId }))).eventIds;
      const isStored = (index: number) => storedIds.includes(all[index] ?? '');
      const firstOf = (index: number) => all.indexOf(all[index] ?? '');
      const indexes = [...all.keys()];
      const twins = indexes.filter((index) => !isStored(index) && firstOf(index) < index);
      const stored = indexes.filter(isStored);
      expect(findRepeated(ids, EventIds.parse(storedIds.join(',')))).toEqual({
        repeated: [...stored, ...twins].sort((a, b) => a - b),
        stored,
        twins,
        firsts: twins.map(firstOf),
      });
    }),
    { numRuns: 500 },
  );
});
