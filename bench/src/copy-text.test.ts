import { expect, test } from 'vitest';
import { toCopyLine } from './copy-text.ts';

test('fields are separated by tabs and a row ends with a newline', () => {
  expect(toCopyLine(['a', 'b'])).toBe('a\tb\n');
});

test('tabs, newlines and backslashes are escaped', () => {
  expect(toCopyLine(['{"a":"\\n"}', 'tab\there', 'line\r\n'])).toBe(
    '{"a":"\\\\n"}\ttab\\there\tline\\r\\n\n',
  );
});
