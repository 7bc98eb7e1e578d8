import fc from 'fast-check';
import { expect, test } from 'vitest';
import { highest, lowest } from './lowest-highest.ts';

test('the lowest and the highest of numbers are those of their order', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.array(fc.option(fc.bigInt(), { nil: undefined })), (first, others) => {
      const known = [first, ...others.filter((one) => one !== undefined)];
      const sorted = known.toSorted((a, b) => (a < b ? -1 : 1));
      expect([lowest(first, ...others), highest(first, ...others)]).toEqual([sorted[0], sorted.at(-1)]);
    }),
  );
});
