import { expect, test } from 'vitest';
import { toCopyLine } from './copy-text.ts';

test('fields are parted by tabs, and the row ends with a newline', () => {
  expect(toCopyLine(['a', 'b'])).toBe('a\tb\n');
});

test('what would end a field, a row or an escape is escaped', () => {
  expect(toCopyLine(['{"a":"\\n"}', 'tab\there', 'line\r\n'])).toBe(
    '{"a":"\\\\n"}\ttab\\there\tline\\r\\n\n',
  );
});
