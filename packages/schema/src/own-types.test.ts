import { Type } from '@sinclair/typebox';
import { expect, expectTypeOf, test } from 'vitest';
import { type DecodeResult, decodeEvent } from './decode.ts';
import type { EventOf } from './definition/definition.ts';
import type { Event } from './definition/shop-events.ts';
import { encodeEvent } from './encode.ts';
import type { NoEvent } from './envelopes/envelope.ts';
import { decoderOf } from './testing/define-types.ts';
import { toBytes, writeEvent } from './testing/event-text.ts';
import { compileValidator, schemaOf } from './validate.ts';

const types = {
  refund: Type.Object({ order_id: Type.String(), cents: Type.Integer({ minimum: 1 }) }),
  visit: Type.Object({ seconds: Type.Number(), tags: Type.Optional(Type.Array(Type.String())) }),
};

type OwnEvent = EventOf<typeof types>;

const refund: OwnEvent = {
  event_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11',
  event_type: 'refund',
  event_time: '2026-11-24T09:30:12Z',
  user_id: 'user-42',
  payload: { order_id: 'order-7', cents: 950 },
};

function bytesOf(type: string, payload: string): Uint8Array {
  return toBytes(writeEvent({ event_type: `"${type}"`, payload }));
}

test('a custom decoder accepts its own types and no others', () => {
  const decode = decoderOf(types);
  expect(decode(encodeEvent<typeof types>(refund))).toMatchObject({ ok: true, event: refund });
  expect(decode(bytesOf('refund', '{"order_id":"o","cents":0}'))).toMatchObject({ path: '/payload/cents' });
  expect(decode(bytesOf('page_view', '{"path":"/"}'))).toMatchObject({ reason: 'unknown_event_type' });
});

test("an event's type narrows its payload", () => {
  const result = decoderOf(types)(encodeEvent<typeof types>(refund));
  expectTypeOf(result).toEqualTypeOf<DecodeResult<OwnEvent> | NoEvent>();
  if (!result.ok) throw new Error(result.message);
  expectTypeOf(result.event.event_type).toEqualTypeOf<'refund' | 'visit'>();
  if (result.event.event_type === 'refund') {
    expectTypeOf(result.event.payload).toEqualTypeOf<Readonly<{ order_id: string; cents: number }>>();
    expect(result.event.payload.cents).toBe(950);
  } else expectTypeOf(result.event.payload).toEqualTypeOf<Readonly<{ seconds: number; tags?: string[] }>>();
});

test('a registered type narrows its payload', () => {
  expectTypeOf(decodeEvent).returns.toEqualTypeOf<DecodeResult<Event>>();
  type Signup = Extract<Event, { event_type: 'signup' }>;
  expectTypeOf<Signup['payload']>().toEqualTypeOf<Readonly<{ plan: 'free' | 'pro' | 'team' }>>();
});

test('the compiler accepts only events of the given types for encoding', () => {
  // @ts-expect-error: page_view is not one of these types
  encodeEvent<typeof types>({ ...refund, event_type: 'page_view', payload: { path: '/' } });
  // @ts-expect-error: the payload does not match the registered type
  encodeEvent({ ...refund, event_type: 'page_view', payload: { path: 7 } });
});

test('creating a decoder with an invalid type name throws', () => {
  expect(() => decoderOf({ 'page\u0007view': Type.Object({}) })).toThrow('page\\u0007view');
});

test('creating a decoder with an invalid schema throws', () => {
  expect(() => decoderOf({ refund: Type.Object({ at: Type.String({ format: 'unheard-of' }) }) })).toThrow(
    'unheard-of',
  );
  const impossible = Type.Object({ at: Type.String({ minLength: -1 }) });
  expect(() => decoderOf({ refund: impossible })).toThrow('minLength must be >= 0');
});

test('two decoders may have schemas with the same $id', () => {
  const identified = () => Type.Object({ path: Type.String() }, { $id: 'https://example.com/path' });
  decoderOf({ visit: identified() });
  const decode = decoderOf({ visit: identified() });
  expect(decode(bytesOf('visit', '{"path":"/"}')).ok).toBe(true);
});

test('a recursive schema never sees a payload beyond the maximum depth', () => {
  const tree = Type.Recursive((This) => Type.Object({ children: Type.Array(This) }));
  const decode = decoderOf({ grow: Type.Object({ tree }) });
  const grown = (levels: number) =>
    bytesOf('grow', `{"tree":${'{"children":['.repeat(levels)}${']}'.repeat(levels)}}`);
  expect(decode(grown(31)).ok).toBe(true);
  expect(decode(grown(50_000))).toMatchObject({ ok: false, reason: 'invalid_payload', path: '/payload' });
});

test('a value that exhausts the stack of its pattern is rejected, not thrown', () => {
  const decode = decoderOf({ visit: Type.Object({ path: Type.String({ pattern: '^(a|b)*$' }) }) });
  const limits = { maxBytes: 10_000_000 };
  expect(decode(bytesOf('visit', `{"path":"${'a'.repeat(9_000_000)}"}`), limits)).toMatchObject({
    ok: false,
    reason: 'invalid_payload',
    path: '/payload',
    message: 'cannot be checked',
  });
});

test('undeclared names are replaced by * in the path', () => {
  const schema = Type.Object({
    scores: Type.Record(Type.String(), Type.Array(Type.Object({ points: Type.Number() }))),
  });
  const decode = decoderOf({ match: schema });
  const payload = '{"scores":{"4917012345678":[{"points":1},{"points":"many"}]}}';
  expect(decode(bytesOf('match', payload))).toMatchObject({
    path: '/payload/scores/*/1/points',
    message: 'must be number',
  });
  const keyword = '{"scores":{"properties":[{"points":"many"}]}}';
  expect(decode(bytesOf('match', keyword))).toMatchObject({ path: '/payload/scores/*/0/points' });
});

test('declared names with characters that a JSON Pointer escapes are kept in the path', () => {
  const decode = decoderOf({ visit: Type.Object({ 'a/b~c': Type.Object({ n: Type.Number() }) }) });
  expect(decode(bytesOf('visit', '{"a/b~c":{"n":"1"}}'))).toMatchObject({ path: '/payload/a~1b~0c/n' });
});

test('a schema may contain null, and a pattern without a description', () => {
  const path = Type.String({ pattern: '^/', default: null });
  const decode = decoderOf({ visit: Type.Object({ path }) });
  expect(decode(bytesOf('visit', '{"path":"x"}'))).toMatchObject({ message: 'must match pattern "^/"' });
});

test('a member named like an inherited property is validated, and required if declared', () => {
  const schema = Type.Object({
    constructor: Type.Optional(Type.String()),
    valueOf: Type.Unknown(),
    laps: Type.Optional(Type.Number()),
  });
  const decode = decoderOf({ race: schema });
  expect(decode(bytesOf('race', '{"valueOf":1}'))).toMatchObject({ ok: true });
  expect(decode(bytesOf('race', '{"valueOf":1,"constructor":"Ferrari"}'))).toMatchObject({ ok: true });
  expect(decode(bytesOf('race', '{"valueOf":1,"constructor":7}'))).toMatchObject({
    path: '/payload/constructor',
  });
  expect(decode(bytesOf('race', '{}'))).toMatchObject({ message: 'lacks the member valueOf' });
});

test('a schema may name its view and columns, and is known to its validator', () => {
  const annotations = { 'x-view': 'visits', 'x-rollups': [] };
  const schema = Type.Object({ path: Type.String({ 'x-column': 'page' }) }, annotations);
  const validate = compileValidator(schema);
  expect([validate({ path: '/' }), schemaOf(validate)]).toEqual([undefined, schema]);
});
