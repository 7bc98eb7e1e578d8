import { expect, test } from 'vitest';
import { isRead } from '../testing/read-length.ts';
import { type Member, objectOf } from './members.ts';
import { skipNumber } from './number.ts';
import { refuse } from './step.ts';
import { anyMember, skipNull } from './value.ts';

const number = (name: string, isRequired: boolean): Member => ({ name, step: skipNumber, isRequired });

const one = [number('a', true), number('b', false), { name: 'c', step: skipNull, isRequired: true }];
const ordered = ['{"a":1,"b":2,"c":null}', '{"a":1,"c":null}', '{ "a": 1 , "c": null }'];
const reordered = ['{"c":null,"b":2,"a":1}', '{"b":2,"a":1,"c":null}', '{"c":null,"a":1}'];

test('an object has its members in any order, and all required ones', () => {
  const step = objectOf(one, refuse) ?? refuse;
  const right = [...ordered, ...reordered, ...ordered];
  expect(right.filter((json) => !isRead(step, json))).toEqual([]);
  const wrong = [
    '{}',
    '{"a":1}',
    '{"c":null}',
    '{"b":2}',
    '{"a":null,"c":null}',
    '["a":1,"c":null}',
    '{"a":1,"c":1}',
    '[]',
    '1',
    '""',
  ];
  expect(wrong.filter((json) => isRead(step, json))).toEqual([]);
});

test.each(['"a":1', '"b":2', '"c":null'])('an object with %s twice is not read', (member) => {
  const step = objectOf(one, anyMember(1)) ?? refuse;
  expect(isRead(step, '{"a":1,"b":2,"c":null}')).toBe(true);
  expect(isRead(step, `{"a":1,"b":2,"c":null,${member}}`)).toBe(false);
  expect(isRead(step, `{${member},"a":1,"b":2,"c":null}`)).toBe(false);
});

test('other members are read by a step of their own', () => {
  const texts = ['{"x":1,"a":1,"c":null}', '{"a":1,"c":null, "x": [] }', '{"a":1,"aa":2,"c":null}'];
  const [open, closed] = [anyMember(1), refuse].map((others) => objectOf(one, others) ?? refuse);
  expect(texts.map((json) => isRead(open ?? refuse, json))).toEqual([true, true, true]);
  expect(texts.map((json) => isRead(closed ?? refuse, json))).toEqual([false, false, false]);
  expect(isRead(open ?? refuse, '{"a":1,"c":null,"x"}')).toBe(false);
});

test('an object without members is read unless one is required', () => {
  const texts = ['{}', '{ }', '{"x":1}'];
  expect(texts.map((json) => isRead(objectOf([], anyMember(0)) ?? refuse, json))).toEqual([true, true, true]);
  expect(texts.map((json) => isRead(objectOf([], refuse) ?? refuse, json))).toEqual([true, true, false]);
  const optional = objectOf([number('a', false)], refuse) ?? refuse;
  expect([...texts, '{"a":1}'].map((json) => isRead(optional, json))).toEqual([true, true, false, true]);
});

test.each([
  '{',
  '{"a":1',
  '{"a":1,',
  '{"a":1,}',
  '{,"a":1}',
  '{"a":1]',
  '{"a" 1}',
  '{"a":1 "b":2}',
  '{"a":}',
])('%s is not read', (json) => {
  expect(isRead(objectOf([number('a', false), number('b', false)], anyMember(0)) ?? refuse, json)).toBe(
    false,
  );
});

test('an object has at most 31 members, all of which may be required', () => {
  const members = Array.from({ length: 32 }, (_, index) => number(`m${index}`, true));
  expect(objectOf(members, refuse)).toBeUndefined();
  const step = objectOf(members.slice(0, 31), refuse) ?? refuse;
  const texts = members.slice(0, 31).map(({ name }) => `"${name}":1`);
  expect(isRead(step, `{${texts.join(',')}}`)).toBe(true);
  for (const left of texts)
    expect(isRead(step, `{${texts.filter((text) => text !== left).join(',')}}`), left).toBe(false);
  for (const text of texts) expect(isRead(step, `{${[...texts, text].join(',')}}`), text).toBe(false);
});

test('a member whose name JSON escapes is not supported', () => {
  expect(objectOf([number('a', false), number('"', false)], refuse)).toBeUndefined();
});
