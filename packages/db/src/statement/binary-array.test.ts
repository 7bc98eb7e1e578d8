import { expect, test } from 'vitest';
import { BinaryArray } from './binary-array.ts';

test.each([
  ['text', 1009, 25],
  ['timestamptz', 1185, 1184],
  ['uuid', 2951, 2950],
] as const)('an array of %s has the number %d, and elements of the type %d', (element, type, elementType) => {
  const array = new BinaryArray(element, 2, 8);
  array.elements.write('ffffffffffffffff', 'hex');
  expect(array.type).toBe(type);
  const words = Array.from({ length: 7 }, (_, word) => array.bytes.readInt32BE(4 * word));
  expect(words).toEqual([1, 1, elementType, 2, 1, -1, -1]);
});
