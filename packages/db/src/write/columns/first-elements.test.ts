import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstElements } from './first-elements.ts';

/** Many are equal, or equal in all words but one. */
const word = fc.oneof(fc.nat(2), fc.constant(2 ** 32 - 1));

test('for each element the first equal one is found', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(fc.tuple(word, word, word)), (size, all) => {
      const elements = all.map((words) => words.slice(0, size));
      const texts = elements.map(String);
      const firsts = firstElements(Uint32Array.from(elements.flat()), size);
      expect([...firsts]).toEqual(texts.map((text) => texts.indexOf(text)));
    }),
  );
});

test('thousands of elements are distinguished', () => {
  const words = Uint32Array.from({ length: 10_000 }, (_, index) => index % 5_000);
  expect([...firstElements(words, 1)]).toEqual([...words]);
});
