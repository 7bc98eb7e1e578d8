import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonNull, jsonSeparator, plainArray, textArray } from './array-literal.ts';

test('plain texts are joined without quotes', () => {
  expect([plainArray([]), plainArray(['1', '2'])]).toEqual(['{}', '{1,2}']);
});

test('a null is written without quotes, a text of the same characters with them', () => {
  expect(textArray([null, 'NULL', '"', '\\'])).toBe('{NULL,"NULL","\\"","\\\\"}');
});

test('texts of any characters are quoted', () => {
  expect(textArray(['', 'a,b', '{}', 'two\nlines', 'é'])).toBe('{"","a,b","{}","two\nlines","é"}');
  expect(textArray([])).toBe('{}');
});

test('no JSON contains the separator, and a gap is JSON, too', () => {
  fc.assert(fc.property(fc.json(), (json) => !json.includes(jsonSeparator)));
  expect([JSON.stringify(jsonSeparator).includes(jsonSeparator), JSON.parse(jsonNull)]).toEqual([
    false,
    null,
  ]);
});
