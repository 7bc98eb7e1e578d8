import { expect, test } from 'vitest';
import { headerText } from './header-text.ts';

test('a header is the text of its last value', () => {
  const headers = [['a', 'first'] as const, ['a', Buffer.from('é')] as const, ['b', 'other'] as const];
  expect(headerText(headers, 'a')).toBe('é');
  expect(headerText(headers, 'b')).toBe('other');
});

test('a byte order mark is part of the text', () => {
  expect(headerText([['a', Buffer.from('\ufeffa')]], 'a')).toBe('\ufeffa');
});

test('a header that is missing, null or not UTF-8 has no text', () => {
  const headers = [['null', null] as const, ['latin', Uint8Array.of(0xe9)] as const];
  for (const name of ['missing', 'null', 'latin']) expect(headerText(headers, name)).toBeUndefined();
  expect(headerText(undefined, 'a')).toBeUndefined();
});
