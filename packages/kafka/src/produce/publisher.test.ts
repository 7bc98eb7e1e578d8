import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitByBytes } from './publisher.ts';

test('records are split in order into requests within the limit', () => {
  const sizes = fc.array(fc.nat({ max: 300 }), { maxLength: 50 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const records = lengths.map((length) => ({ key: null, value: Buffer.alloc(length) }));
      const parts = [...splitByBytes(records, 200)];
      expect(parts.flat()).toEqual(records);
      for (const part of parts) {
        const bytes = part.reduce((sum, { value }) => sum + 30 + (value?.length ?? 0), 0);
        expect(part.length === 1 || bytes <= 200).toBe(true);
      }
    }),
  );
});
