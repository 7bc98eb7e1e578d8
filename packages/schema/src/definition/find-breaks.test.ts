import { Type } from '@sinclair/typebox';
import { expect, test } from 'vitest';
import { fields } from '../envelopes/fields.ts';
import { defineEvents, eventType } from './define-events.ts';
import { findBreaks, findDefinitionBreaks, type Schema } from './find-breaks.ts';

const amount = Type.Object({ amount: Type.Number() });
const placed = eventType('order.placed', amount);
const paid = eventType('order.paid', amount);
const before = defineEvents({ envelope: fields({ id: '/id', type: '/t' }), types: [placed] });

test('new types and optional members break nothing', () => {
  const extended = Type.Object({ amount: Type.Number(), note: Type.Optional(Type.String()) });
  const after = defineEvents({
    envelope: fields({ type: '/t', id: { pointer: '/id' }, user: '/user' }),
    types: [eventType('order.placed', extended), paid],
  });
  expect([...findDefinitionBreaks(before, after)]).toEqual([]);
});

test('a removed type, a changed payload and another id rule are breaking changes', () => {
  const both = defineEvents({ envelope: fields({ id: '/id', type: '/t' }), types: [placed, paid] });
  const narrowed = eventType('order.placed', Type.Object({ amount: Type.Integer() }));
  const after = defineEvents({ envelope: fields({ type: '/t' }), types: [narrowed] });
  expect([...findDefinitionBreaks(both, after)]).toEqual([
    'the rule of event ids changed from ["id","/id",null] to ["record"]',
    'order.placed payload/amount: type changed from "number" to "integer"',
    'order.paid was removed or renamed',
  ]);
});

test('an inherited property is no type of the later definition', () => {
  const named = eventType('constructor', amount);
  const both = defineEvents({ envelope: before.envelope, types: [placed, named] });
  expect([...findDefinitionBreaks(both, before)]).toEqual(['constructor was removed or renamed']);
});

function breaksOf(earlier: Schema, later: Schema): readonly string[] {
  return [...findBreaks(earlier, later, 'order')];
}

const order = {
  type: 'object',
  required: ['amount'],
  properties: { amount: { type: 'number' }, currency: { type: 'string' } },
};

test.each<readonly [string, Schema, readonly string[]]>([
  ['a removed member', { ...order, properties: { amount: { type: 'number' } } }, ['/currency was removed']],
  [
    'a member that became optional',
    { ...order, required: [] },
    ['/amount became optional, but consumers rely on it'],
  ],
  [
    'a member that became required',
    { ...order, required: ['amount', 'currency'] },
    ['/currency became required, but earlier producers omit it'],
  ],
  [
    'a removed required member',
    { type: 'object', properties: { currency: { type: 'string' } } },
    ['/amount was removed'],
  ],
  [
    'a closed object',
    { ...order, additionalProperties: false },
    [': additionalProperties changed from unset to false'],
  ],
  [
    'a type that may be any',
    { required: order.required, properties: order.properties },
    [': type changed from "object" to unset'],
  ],
])('%s is a breaking change', (_, later, expected) => {
  expect(breaksOf(order, later)).toEqual(expected.map((line) => `order${line}`));
});

test('schemas without members are compared by their other keywords', () => {
  expect(breaksOf({}, { required: ['a'] })).toEqual([
    'order/a became required, but earlier producers omit it',
  ]);
  expect(breaksOf({ required: ['a'] }, {})).toEqual([]);
});

const limits = ['minimum', 'minLength', 'minItems', 'maximum', 'maxLength', 'maxItems'];

test.each(limits)('%s may be loosened or removed, but not tightened or added', (keyword) => {
  const [loose, strict] = keyword.startsWith('min') ? [1, 2] : [2, 1];
  expect(breaksOf({ [keyword]: strict }, { [keyword]: loose })).toEqual([]);
  expect(breaksOf({ [keyword]: strict }, {})).toEqual([]);
  expect(breaksOf({ [keyword]: loose }, { [keyword]: strict })).toEqual([
    `order: ${keyword} changed from ${loose} to ${strict}`,
  ]);
  expect(breaksOf({}, { [keyword]: loose })).toEqual([`order: ${keyword} changed from unset to ${loose}`]);
});

test('an enum may get values, but may not lose any, be removed or be added', () => {
  expect(breaksOf({ enum: ['a'] }, { enum: ['b', 'a'] })).toEqual([]);
  expect(breaksOf({ enum: ['a', 'b'] }, { enum: ['a'] })).toEqual([
    'order: enum changed from ["a","b"] to ["a"]',
  ]);
  expect(breaksOf({ enum: ['a'] }, {})).toEqual(['order: enum changed from ["a"] to unset']);
  expect(breaksOf({}, { enum: ['a'] })).toEqual(['order: enum changed from unset to ["a"]']);
});

test.each(['$id', 'title', 'description', 'examples', 'default', 'deprecated'])(
  'the annotation %s may change',
  (keyword) => {
    expect(breaksOf({ [keyword]: 'a' }, { [keyword]: 'b' })).toEqual([]);
  },
);
