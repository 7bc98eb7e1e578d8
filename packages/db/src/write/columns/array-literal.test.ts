import { expect, test } from 'vitest';
import { parseNullableArray, plainArray, textArray } from './array-literal.ts';

test('plain texts are joined without quotes', () => {
  expect([plainArray([]), plainArray(['1', '2'])]).toEqual(['{}', '{1,2}']);
});

test('a null is written without quotes, a text of the same characters with them', () => {
  expect(textArray([null, 'NULL', '"', '\\'])).toBe('{NULL,"NULL","\\"","\\\\"}');
});

test('nulls and texts can be read back', () => {
  const all = [null, 'NULL', '', 'a,b', '{}', '"\\"', 'two\nlines', null];
  expect(parseNullableArray(textArray(all))).toEqual(all);
  expect(parseNullableArray('{}')).toEqual([]);
});
