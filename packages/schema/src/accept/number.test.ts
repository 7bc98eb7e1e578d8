import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBytes } from '../testing/event-text.ts';
import { readDecimal, skipDecimal, skipNumber } from './number.ts';

const text = fc.string({ unit: fc.constantFrom('-', '+', '.', '0', '1', '9', 'e', 'E'), maxLength: 7 });

function isNumber(json: string): boolean {
  try {
    return typeof JSON.parse(json) === 'number';
  } catch {
    return false;
  }
}

test('a number is read if JSON has it', () => {
  fc.assert(
    fc.property(text, (json) => {
      expect(skipNumber(toBytes(json), 0) === json.length && json !== '').toBe(isNumber(json));
    }),
    { numRuns: 10_000 },
  );
});

test('a number of up to 15 characters has the value that JSON.parse gives it', () => {
  const decimal = fc
    .stringMatching(/^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,12})?$/)
    .filter((json) => json.length <= 15);
  fc.assert(
    fc.property(decimal, (json) => {
      expect(skipDecimal(toBytes(json), 0)).toBe(json.length);
      expect(readDecimal(toBytes(json), 0, json.length)).toBe(JSON.parse(json));
    }),
    { numRuns: 10_000 },
  );
});
