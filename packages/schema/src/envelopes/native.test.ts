import * as Type from '@sinclair/typebox/type';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layoutOf } from '../accept/layout.ts';
import { createDecoder, decodeEvent } from '../decode.ts';
import { defineEvents } from '../definition/define-events.ts';
import { encode } from '../definition/encode-record.ts';
import { shopEvents } from '../definition/shop-events.ts';
import { corpus } from '../testing/corpus.ts';
import { toBytes, writeEvent } from '../testing/event-text.ts';
import { oddEvent } from '../testing/odd-event.ts';
import { isTypeName } from '../text-rules.ts';
import { compileValidator } from '../validate.ts';
import { type NativeOptions, nativeEnvelope, strictNativeEnvelope } from './native.ts';

function decoderOf(options?: NativeOptions) {
  const decode = createDecoder(
    defineEvents({ envelope: nativeEnvelope(options), types: [], unknownTypes: 'store' }),
  );
  return (text: string) => decode({ value: toBytes(text) });
}

test('a decoder of the built-in definition decodes as decodeEvent does', () => {
  const decode = createDecoder(shopEvents);
  for (const { bytes } of corpus) expect(decode({ value: bytes })).toEqual(decodeEvent(bytes));
});

test.each(['order.placed', 'OrderPlaced', 'com/shop:order-placed', 'é'.repeat(127)])(
  'an own definition may have the type %s',
  (name) => {
    expect(decoderOf()(writeEvent({ event_type: JSON.stringify(name) }))).toMatchObject({
      ok: true,
      event: { event_type: name },
    });
  },
);

test.each(['', 'a\n', 'é'.repeat(128), 'x'.repeat(256)])('no definition may have the type %j', (name) => {
  expect(decoderOf()(writeEvent({ event_type: JSON.stringify(name) }))).toMatchObject({
    reason: 'not_an_event',
    path: '/event_type',
    eventType: null,
  });
});

test('other members are rejected by default, kept verbatim or ignored', () => {
  const text = writeEvent({}, '"trace_id":"t","n":1.50,');
  expect(decoderOf()(text)).toMatchObject({ reason: 'not_an_event', path: '', eventType: 'page_view' });
  const { event } = decoderOf()(writeEvent()) as { event: object };
  const payloadJson = '{"path":"/"}';
  expect(decoderOf({ otherMembers: 'keep' })(text)).toStrictEqual({
    ok: true,
    event,
    payloadJson,
    attributesJson: '{"trace_id":"t","n":1.50}',
  });
  expect(decoderOf({ otherMembers: 'ignore' })(text)).toStrictEqual({ ok: true, event, payloadJson });
});

test('an event without other members is decoded alike, whatever happens to those', () => {
  const [strict, keeping] = [decoderOf(), decoderOf({ otherMembers: 'keep' })];
  fc.assert(
    fc.property(oddEvent, ({ text }) => {
      expect(keeping(text)).toStrictEqual(strict(text));
    }),
  );
});

test('encoding keeps other members, so that the decoder decides about them', () => {
  const event = { ...JSON.parse(writeEvent()), trace_id: 't' };
  const record = encode(shopEvents, event);
  expect(new TextDecoder().decode(record.key ?? undefined)).toBe('user-42');
  expect(record.headers).toEqual([]);
  expect(createDecoder(shopEvents)(record)).toMatchObject({ reason: 'not_an_event' });
});

test.each(['reject', 'keep'] as const)(
  'the schema describes events whose other members it may %s',
  (otherMembers) => {
    const payload = Type.Object({ n: Type.Number() });
    const validate = compileValidator(nativeEnvelope({ otherMembers }).describe('order', payload));
    const right = JSON.parse(writeEvent({ event_type: '"order"', payload: '{"n":1}' }));
    const pathOf = (change: object) => validate({ ...right, ...change })?.path;
    expect(pathOf({})).toBeUndefined();
    expect(pathOf({ event_type: 'other' })).toBe('/event_type');
    expect(pathOf({ event_id: 'x' })).toBe('/event_id');
    expect(pathOf({ event_time: 'now' })).toBe('/event_time');
    expect(pathOf({ user_id: '' })).toBe('/user_id');
    expect(pathOf({ payload: {} })).toBe('/payload');
    expect(pathOf({ more: 1 })).toBe(otherMembers === 'reject' ? '' : undefined);
  },
);

test.each([
  ['"page_view"', 'page_view'],
  ['"Page View"', null],
  ['["page_view"]', null],
])('a built-in event that is rejected has the type %s if it is a name', (event_type, eventType) => {
  const value = toBytes(writeEvent({ event_type, user_id: '""' }));
  const place = { topic: 'events', partition: 0 };
  expect(strictNativeEnvelope.open({ value }, place, {})).toMatchObject({
    reason: 'not_an_event',
    eventType,
  });
});

const uuidRule = 'must be a UUID in the canonical 36-character form';
const timeRule = 'must be an RFC 3339 date-time with a time zone, in the years 0001 to 9999';
const userRule = 'must be text without NUL or unpaired surrogates';
const nameRule = 'must be a lower-case letter followed by at most 63 of a-z, 0-9 and _';

test.each([
  ['/event_id', { event_id: '"x"' }, uuidRule],
  ['/event_time', { event_time: '"now"' }, timeRule],
  ['/user_id', { user_id: '"a\\u0000"' }, userRule],
  ['/event_type', { event_type: '"Page"' }, nameRule],
])('a built-in event is rejected at %s with its rule', (path, change, message) => {
  const place = { topic: 'events', partition: 0 };
  const found = strictNativeEnvelope.open({ value: toBytes(writeEvent(change)) }, place, {});
  expect(found).toMatchObject({ path, message });
});

test('a type name that is none is rejected with its rule', () => {
  expect(decoderOf()(writeEvent({ event_type: '""' }))).toMatchObject({
    message: 'must be 1 to 255 bytes of text without control characters',
  });
});

test('the layout of a native event is where its members are', () => {
  const members = { id: ['event_id'], type: ['event_type'], time: ['event_time'], user: ['user_id'] };
  const rules = { keepsCase: true, isUserOptional: false, isPayloadObject: true };
  expect(layoutOf(nativeEnvelope({ otherMembers: 'keep' }))).toEqual({
    ...members,
    ...rules,
    ...{ payload: ['payload'], isTypeName, otherMembers: 'keep' },
  });
});

test('the envelope has its name, and the rule of ids that ledgers keep', () => {
  expect(nativeEnvelope()).toMatchObject({ name: 'native', identity: '["id","/event_id",null]' });
});
