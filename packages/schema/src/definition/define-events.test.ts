import { Type } from '@sinclair/typebox';
import { expect, expectTypeOf, test } from 'vitest';
import { createDecoder } from '../decode.ts';
import { fields } from '../envelopes/fields.ts';
import { nativeEnvelope } from '../envelopes/native.ts';
import { createEventMakers } from '../event-makers.ts';
import { sum } from '../rollups/declare-rollup.ts';
import { toBytes, writeEvent } from '../testing/event-text.ts';
import {
  DefinitionError,
  type DefinitionParts,
  defineEvents,
  eventType,
  type NamedType,
} from './define-events.ts';
import { createEncoder, encode } from './encode-record.ts';
import type { Event } from './shop-events.ts';

const placed = eventType('order.placed', Type.Object({ amount: Type.Number() }));
const paid = eventType('com.shop/Order:Paid', Type.Object({ cents: Type.Integer() }));

/** What a JavaScript module may pass. */
function problemsOf(parts: object): readonly string[] {
  try {
    defineEvents(parts as DefinitionParts<readonly NamedType[], string>);
    return [];
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
}

test("a definition's events are typed by their names", () => {
  const definition = defineEvents({ types: [placed, paid] });
  type Own = Event<typeof definition>;
  expectTypeOf<Own['event_type']>().toEqualTypeOf<'order.placed' | 'com.shop/Order:Paid'>();
  expectTypeOf<Own['user_id']>().toEqualTypeOf<string>();
  type Placed = Extract<Own, { event_type: 'order.placed' }>;
  expectTypeOf<Placed['payload']>().toEqualTypeOf<Readonly<{ amount: number }>>();
  const made = createEventMakers(definition)['com.shop/Order:Paid']({ user_id: 'u', payload: { cents: 5 } });
  expect(createDecoder(definition)(encode(definition, made))).toMatchObject({ ok: true, event: made });
});

test('the user may be null if the envelope may find none', () => {
  const definition = defineEvents({ envelope: fields({ type: '/t', payload: '/p' }), types: [placed] });
  expectTypeOf<Event<typeof definition>['user_id']>().toEqualTypeOf<string | null>();
  const made = createEventMakers(definition)['order.placed']({ payload: { amount: 1 } });
  expect(made.user_id).toBeNull();
});

test('an event of an unknown type is rejected, or stored without validation', () => {
  const bytes = toBytes(writeEvent({ event_type: '"order.lost"', payload: '{"any":1.0}' }));
  const reject = createDecoder(defineEvents({ types: [placed] }));
  expect(reject({ value: bytes })).toMatchObject({
    reason: 'unknown_event_type',
    path: '/event_type',
    eventType: 'order.lost',
  });
  const store = createDecoder(defineEvents({ types: [placed], unknownTypes: 'store' }));
  expect(store({ value: bytes })).toMatchObject({ ok: true, payloadJson: '{"any":1.0}' });
  const known = toBytes(writeEvent({ event_type: '"order.placed"', payload: '{"amount":"1"}' }));
  expect(store({ value: known })).toMatchObject({ reason: 'invalid_payload', path: '/payload/amount' });
  const deep = `{"a":${'['.repeat(64)}${']'.repeat(64)}}`;
  const tooDeep = toBytes(writeEvent({ event_type: '"order.lost"', payload: deep }));
  expect(store({ value: tooDeep })).toMatchObject({ reason: 'invalid_payload', path: '/payload' });
});

test('a validator that was compiled elsewhere replaces the schema', () => {
  const never = () => ({ path: '/a', message: 'is never right' });
  const decode = createDecoder(
    defineEvents({
      types: [eventType('order.placed', Type.Unsafe<{ a: 1 }>({ unheardOf: true }), { validate: never })],
    }),
  );
  const bytes = toBytes(writeEvent({ event_type: '"order.placed"' }));
  expect(decode({ value: bytes })).toMatchObject({ path: '/payload/a', message: 'is never right' });
});

test('all problems are reported at once, one line each', () => {
  const problems = problemsOf({
    envelope: fields({ type: 'no pointer', id: { constant: 'x' } }),
    types: [
      eventType('a\n', Type.Object({})),
      eventType('b', Type.Object({ at: Type.String({ format: 'unheard-of' }) })),
      eventType('c', Type.Object({})),
      eventType('c', Type.Object({})),
    ],
    unknownTypes: 'keep',
  });
  expect(problems).toEqual([
    'envelope: fields: id: would be the same for different events',
    'envelope: fields: type: "no pointer" is not a JSON Pointer such as /a/b',
    "unknownTypes: must be 'dead-letter' or 'store'",
    'type "a\\n": the name must be 1 to 255 bytes of UTF-8 without control characters',
    'type c: is defined more than once',
    'type b: unknown format "unheard-of" ignored in schema at path "#/properties/at"',
  ]);
});

test.each<readonly [string, object, RegExp]>([
  ['no types', { types: [] }, /^types: none/],
  ['types that are no array', { types: {} }, /^types: must be an array/],
  ['no types member', {}, /^types: must be an array/],
  ['a type that is none', { types: [{}] }, /^type undefined: schema must be/],
  ['a type that does not exist', { types: [undefined] }, /^type undefined: schema must be/],
  ['an envelope that is none', { types: [placed], envelope: {} }, /^envelope: must be the result/],
  ['an envelope that is null', { types: [placed], envelope: null }, /^envelope: must be the result/],
  [
    'an invalid name of a type that also has a wrong roll-up',
    { types: [eventType('a\n', Type.Object({}), { rollups: { total: sum('') } })] },
    /^type "a\\n": the name must be/,
  ],
  [
    'two types of one view',
    { types: [placed, eventType('order placed', Type.Object({}))] },
    /^types order.placed, order placed: have the same view "event_order_placed": name another/,
  ],
  [
    'a wrong roll-up',
    { types: [eventType('a', Type.Object({}), { rollups: { total: sum('') } })] },
    /^type a: roll-up "total": "" is not a JSON Pointer/,
  ],
  ['an envelope that was not called', { types: [placed], envelope: nativeEnvelope }, /^envelope: must be/],
])('a definition with %s is refused', (_, parts, expected) => {
  expect(problemsOf(parts)).toEqual([expect.stringMatching(expected)]);
});

test('an error of a definition names itself and has a line for each problem', () => {
  const error = new DefinitionError(['a is wrong', 'b is wrong']);
  expect(String(error)).toBe('DefinitionError: a is wrong\nb is wrong');
});

test('a definition may have no types if it stores unknown ones', () => {
  expect(problemsOf({ types: [], unknownTypes: 'store' })).toEqual([]);
});

test('views and roll-ups that are chosen for a type are kept by its name', () => {
  const rollups = { total: sum('/amount') };
  const { viewNames, ...kept } = defineEvents({
    types: [eventType('a', Type.Object({}), { view: 'as' }), eventType('b', Type.Object({}), { rollups })],
  });
  expect(viewNames).toEqual({ a: 'as' });
  expect(kept.rollups).toEqual({ b: rollups });
});

test('an encoder throws what a consumer would reject', () => {
  const definition = defineEvents({
    envelope: fields({ type: '/t', time: '/at', payload: '/p' }),
    types: [placed],
  });
  const encodeChecked = createEncoder(definition);
  const event = createEventMakers(definition)['order.placed']({ payload: { amount: 1 } });
  expect(encodeChecked(event)).toEqual(encode(definition, event));
  expect(() => encodeChecked({ ...event, payload: { amount: 'many' as never } })).toThrow(
    'invalid_payload: /p/amount must be number',
  );
  expect(() => encodeChecked({ ...event, event_time: 'now' })).toThrow(TypeError);
});

test('an encoder reads the type of events from the topic, if the definition does', () => {
  const definition = defineEvents({
    envelope: fields({ type: { record: 'topic' } }),
    types: [],
    unknownTypes: 'store',
  });
  const event = {
    ...{ event_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11', event_type: 'orders' },
    ...{ event_time: '2026-11-24T09:30:12Z', user_id: null, payload: { amount: 1 } },
  };
  expect(createEncoder(definition, 'orders')(event)).toEqual(encode(definition, event));
  expect(() => createEncoder(definition)(event)).toThrow('not_an_event');
});

test('events of an envelope that is only read cannot be written', () => {
  const { encode: _, ...envelope } = nativeEnvelope();
  const definition = { ...defineEvents({ types: [placed] }), envelope };
  const event = createEventMakers(defineEvents({ types: [placed] }))['order.placed']({
    ...{ user_id: 'u', payload: { amount: 1 } },
  });
  expect(() => encode(definition, event)).toThrow(new TypeError('the native envelope cannot be written'));
});
