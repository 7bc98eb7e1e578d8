import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventIds } from './event-ids.ts';

test('an id is new once, among any ids', () => {
  const few = fc.constantFrom('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001');
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.uuid(), few)), (ids) => {
      const [real, model] = [new EventIds(), new Set<string>()];
      for (const id of ids) {
        expect(real.add(id)).toBe(!model.has(id));
        model.add(id);
      }
    }),
  );
});

test('every id is kept while the set grows', () => {
  const ids = new EventIds();
  const all = Array.from({ length: 20_000 }, () => crypto.randomUUID());
  expect(all.filter((id) => ids.add(id))).toHaveLength(all.length);
  expect(all.filter((id) => ids.add(id))).toEqual([]);
});

test('without room new ids are not kept, and known ones are still found', () => {
  const ids = new EventIds(2);
  const [a, b, c] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  expect([a, b, b, c, a, c].map((id) => ids.add(id))).toEqual([
    true,
    true,
    false,
    undefined,
    false,
    undefined,
  ]);
});
