import { expect, test } from 'vitest';
import { isRead, readLength } from '../testing/read-length.ts';
import { skipNumber } from './number.ts';
import { either, every, exactly, refuse, toPlainString, word } from './step.ts';
import { skipNull } from './value.ts';

const texts = ['true', '1', 'null', 'false'];

test('either reads what one of its steps reads', () => {
  expect(texts.filter((json) => isRead(either([]), json))).toEqual([]);
  expect(texts.filter((json) => isRead(either([skipNumber]), json))).toEqual(['1']);
  expect(texts.filter((json) => isRead(either([skipNumber, word('true'), skipNull]), json))).toEqual([
    'true',
    '1',
    'null',
  ]);
});

test('every reads what all of its steps read up to the same position', () => {
  const digit = word('1');
  expect(readLength(every([]), '1')).toBe(-1);
  expect(readLength(every([digit]), '12')).toBe(1);
  expect(readLength(every([digit, digit]), '12')).toBe(1);
  expect(readLength(every([digit, skipNumber]), '12')).toBe(-1);
  expect(readLength(every([digit, digit, refuse]), '1')).toBe(-1);
});

test('exactly reads its own bytes', () => {
  const step = exactly(Uint8Array.of(0x31, 0x32));
  expect(['12', '123', '1', '13', '012', ''].map((json) => readLength(step, json))).toEqual([
    2, 2, -1, -1, -1, -1,
  ]);
});

test('a text is a plain string if JSON writes it without escapes', () => {
  const plain = ['a', '', 'é', "it's"].map(toPlainString).map((json) => json && Buffer.from(json).toString());
  expect(plain).toEqual(['"a"', '""', '"é"', '"it\'s"']);
  expect(['"', '\\', '\n', '\ud83d'].map(toPlainString)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
