import { expect, test } from 'vitest';
import { isRead } from '../testing/read-length.ts';
import { skipNumber } from './number.ts';
import { anyMember, anyValue, arrayOf, MAX_ROOM, skipBoolean, skipNull } from './value.ts';

const scalars = ['"a"', '-1', '0', '9.5', 'true', 'false', 'null'];

test.each([
  [0, scalars],
  [1, [...scalars, '[]', '{}', '[1]', '{"a":1}']],
  [2, [...scalars, '[]', '{}', '[1]', '{"a":1}', '[[]]', '{"a":[]}', '[{}]', '{"a":{}}']],
])('values of at most %i nested objects and arrays are read', (room, expected) => {
  const nested = ['[[]]', '{"a":[]}', '[{}]', '{"a":{}}', '[[[]]]', '{"a":{"a":{}}}', '[[{"a":1}]]'];
  const all = [...scalars, '[]', '{}', '[1]', '{"a":1}', ...nested];
  expect(all.filter((json) => isRead(anyValue(room), json))).toEqual(expected);
});

test('a value of more than 32 nested arrays is left to the decoder', () => {
  const nest = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const depths = [MAX_ROOM, MAX_ROOM + 1];
  expect(depths.map((depth) => isRead(anyValue(100), nest(depth)))).toEqual([true, false]);
  expect(depths.map((depth) => isRead(anyMember(100), `"a":${nest(depth)}`))).toEqual([true, false]);
});

test.each(['[1,2]', '[ 1 , 2 ]', '[ ]', '{ }', '{"a":1,"b":2}', '{ "a": 1 , "b": 2 }'])(
  '%s is read',
  (json) => {
    expect(isRead(anyValue(1), json)).toBe(true);
  },
);

test.each([
  ...[
    '',
    'x',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1}',
    '[}',
    '{',
    '{]',
    '{"a"}',
    '{"a",1}',
    '{"a":}',
  ],
  ...['{"a":1', '{"a":1,}', '{"a":1]', '{a:1}', '{1:1}', '{"a" :1}', '{"a":1 "b":2}', '[\n]', 'nul', 'True'],
])('%j is not read', (json) => {
  expect(isRead(anyValue(1), json)).toBe(false);
});

test('an array has only items that its step reads', () => {
  const texts = ['[]', '[ ]', '[1]', '[1, 2]', '(1]', '["a"]', '[1,"a"]', '[[1]]', '[1', '1', '{}'];
  expect(texts.filter((json) => isRead(arrayOf(skipNumber), json))).toEqual(texts.slice(0, 4));
});

test('only the literals of JSON are read', () => {
  const texts = ['true', 'false', 'null', 'tru', 'nul', 'True', '1', ''];
  expect(texts.filter((json) => isRead(skipBoolean, json))).toEqual(['true', 'false']);
  expect(texts.filter((json) => isRead(skipNull, json))).toEqual(['null']);
});
