import { Type } from '@sinclair/typebox';
import { expect, expectTypeOf, test } from 'vitest';
import { decodeEvent } from './decode.ts';
import type { Event } from './definition/shop-events.ts';
import { encodeEvent } from './encode.ts';
import { createEventMakers, events } from './event-makers.ts';
import { decoderOf, defineTypes } from './testing/define-types.ts';

const fields = { user_id: 'user-42', payload: { plan: 'pro' } } as const;

test('a created event has its type and a unique id', () => {
  const [one, other] = [events.signup(fields), events.signup(fields)];
  expectTypeOf(one).toEqualTypeOf<Extract<Event, { event_type: 'signup' }>>();
  expect(decodeEvent(encodeEvent(one))).toMatchObject({
    ok: true,
    event: { event_type: 'signup', ...fields },
  });
  expect(one.event_id).not.toBe(other.event_id);
});

test('an id and a time passed by the caller are kept', () => {
  const given = { event_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11', event_time: '2026-11-24T09:30:12Z' };
  expect(events.signup({ ...fields, ...given })).toEqual({ event_type: 'signup', ...fields, ...given });
});

test('an id of undefined is replaced, for compilers that allow it', () => {
  const given = { ...fields, event_id: undefined as unknown as string };
  expect(events.signup(given).event_id).toMatch(/^[0-9a-f-]{36}$/);
});

test('the compiler rejects fields that do not match the type', () => {
  // @ts-expect-error: not a plan
  events.signup({ user_id: 'user-42', payload: { plan: 'gold' } });
  // @ts-expect-error: a user is missing
  events.search({ payload: { query: 'shoes' } });
  // @ts-expect-error: no such type
  expect(events.teleport).toBeUndefined();
});

test('a custom type is inferred by makers, encoder and decoder', () => {
  const types = { refund: Type.Object({ cents: Type.Integer({ minimum: 1 }) }) };
  const made = createEventMakers(defineTypes(types)).refund({ user_id: 'user-42', payload: { cents: 950 } });
  expectTypeOf(made.payload).toEqualTypeOf<Readonly<{ cents: number }>>();
  const result = decoderOf(types)(encodeEvent<typeof types>(made));
  if (!result.ok) throw new Error(result.message);
  expectTypeOf(result.event).toEqualTypeOf<typeof made>();
  expect(result.event).toEqual(made);
});
