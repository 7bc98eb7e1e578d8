import { expect, test } from 'vitest';
import { textMatching } from './text-matching.ts';

test.each([
  ['^[A-Z]{3}$', 'AAA'],
  ['^order-\\d+$', 'order-0'],
  ['^(?:red|green)/[^a-z]?$', 'red/'],
  ['^\\+[1-9]\\d{1,14}$', '+10'],
  ['^(?<year>\\d{4})-(0[1-9]|1[0-2])$', '0000-01'],
  ['^\\p{Lu}\\u00e9\\x41\\.$', 'AéA.'],
  ['^(?!x)[a-z]$', 'a'],
  ['^[\\]\\\\]$', '\\'],
  ['^.{2,}?$', 'aa'],
  ['|a', ''],
  ['^\\u{1f600}$', '\u{1f600}'],
])('the pattern %s has the example %s', (pattern, text) => {
  expect(textMatching(pattern)).toBe(text);
  expect(text).toMatch(new RegExp(pattern, 'u'));
});

test.each([
  ['^[A-Z]+$', 5, 'AAAAA'],
  ['^a?b{1,3}$', 4, 'abbb'],
  ['^/', 3, '/aa'],
] as const)('the pattern %s has an example of at least %i characters', (pattern, minLength, text) => {
  expect(textMatching(pattern, minLength)).toBe(text);
});

test.each(['^(?=b)a$', '^(a)\\1b\\1$', '^[^\\s\\S]$'])('the pattern %s has no simple example', (pattern) => {
  expect(textMatching(pattern)).toBeUndefined();
});
