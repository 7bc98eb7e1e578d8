import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FirstFields } from './first-fields.ts';

const fieldsOf = (all: readonly string[]) =>
  new FirstFields(Buffer.from(all.map((field, index) => `${field}\té${index}\n`).join('')));
const order = (a = '', b = '') => Math.sign(Number(a > b) - Number(a < b));

test('fields are read, compared as texts and joined to an array', () => {
  const field = fc.string({ unit: fc.constantFrom('0', '1', '-', 'f'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(field, { maxLength: 20 }), (all) => {
      const fields = fieldsOf(all);
      const indexes = [...all.keys()];
      expect(indexes.map((index) => fields.at(index))).toEqual(all);
      expect([fields.length, String(fields.toArray())]).toEqual([all.length, `{${all.join(',')}}`]);
      for (const a of indexes)
        for (const b of indexes) {
          expect(Math.sign(fields.compare(a, b))).toBe(order(all[a], all[b]));
          expect(Math.sign(fields.compareTo(a, all[b] ?? ''))).toBe(order(all[a], all[b]));
        }
    }),
  );
});
