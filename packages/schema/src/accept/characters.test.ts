import { expect, test } from 'vitest';
import { toBytes } from '../testing/event-text.ts';
import { isDigit, skipSpaces } from './characters.ts';

test('the digits are 0 to 9', () => {
  const digits = Array.from({ length: 256 }, (_, code) => code).filter(isDigit);
  expect(String.fromCharCode(...digits)).toBe('0123456789');
  expect(isDigit(undefined)).toBe(false);
});

test('only spaces are skipped', () => {
  const texts = ['', '   ', '  a ', '\t', ' \n'];
  expect(texts.map((text) => skipSpaces(toBytes(text), 0))).toEqual([0, 3, 2, 0, 1]);
});
