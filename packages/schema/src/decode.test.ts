import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createDecoder, decodeEvent } from './decode.ts';
import type { EventDefinition } from './definition/definition.ts';
import { encodeEvent } from './encode.ts';
import { anyCharacter } from './testing/any-character.ts';
import { anyEvent } from './testing/any-event.ts';
import { toBytes, validMembers, writeEvent } from './testing/event-text.ts';
import { anyBytes, anyJsonText } from './testing/json-text.ts';
import { oddEvent } from './testing/odd-event.ts';

test('decoding an encoded event returns the same event', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const payloadJson = JSON.stringify(event.payload);
      expect(decodeEvent(encodeEvent(event))).toEqual({ ok: true, event, payloadJson });
    }),
  );
});

test('the payload text is kept verbatim, and is the one that JSON.parse returns', () => {
  fc.assert(
    fc.property(oddEvent, ({ text, payloadJson }) => {
      const event = JSON.parse(text);
      expect(decodeEvent(toBytes(text))).toEqual({ ok: true, event, payloadJson });
      expect(JSON.parse(payloadJson)).toEqual(event.payload);
    }),
    { numRuns: 1_000 },
  );
});

test('an object that is an overridden duplicate of another member is not the payload', () => {
  const text = writeEvent({ payload: '{"path":"/"}' }).slice(0, -1);
  const overridden = `${text},"us\\u0065r_id":{"path":"x"},"user_id":{"path":"y"},"user_id":"user-42"}`;
  expect(decodeEvent(toBytes(overridden))).toMatchObject({ ok: true, payloadJson: '{"path":"/"}' });
});

test('decoding never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(decodeEvent(bytes).ok).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});

test('decoding never throws, whatever the JSON, and recognizes it as JSON', () => {
  fc.assert(
    fc.property(anyJsonText, (text) => {
      expect(decodeEvent(toBytes(text))).toMatchObject({ ok: false, reason: 'not_an_event' });
    }),
    { numRuns: 1_000 },
  );
});

/** An event's bytes after up to three random edits. */
const mutatedEvent = fc
  .tuple(
    oddEvent,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 3 })), { maxLength: 3 }),
  )
  .map(([{ text }, edits]) =>
    edits.reduce((bytes, [position, length, inserted]) => {
      const at = position % bytes.length;
      return Uint8Array.from([...bytes.subarray(0, at), ...inserted, ...bytes.subarray(at + length)]);
    }, toBytes(text)),
  );

test('an event with changed bytes is rejected, or equals what JSON.parse returns', () => {
  fc.assert(
    fc.property(mutatedEvent, (bytes) => {
      const result = decodeEvent(bytes);
      if (!result.ok) return;
      expect(result.event).toEqual(JSON.parse(new TextDecoder().decode(bytes)));
      expect(JSON.parse(result.payloadJson)).toEqual(result.event.payload);
    }),
    { numRuns: 1_000 },
  );
});

/** An independent implementation of the contract, for events of type `search`. */
function isEventByContract(value: Readonly<Record<string, unknown>>): boolean {
  const { event_id: id, event_type: type, event_time: time, user_id: user, payload } = value;
  return (
    Object.keys(value).sort().join() === 'event_id,event_time,event_type,payload,user_id' &&
    typeof id === 'string' &&
    /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id) &&
    type === 'search' &&
    typeof time === 'string' &&
    ['2026-11-24T09:30:12Z', '2026-11-24T09:30:12.5+01:00'].includes(time) &&
    typeof user === 'string' &&
    [...user].length >= 1 &&
    [...user].length <= 256 &&
    user.isWellFormed() &&
    !user.includes('\0') &&
    typeof payload === 'object' &&
    payload !== null &&
    !Array.isArray(payload) &&
    typeof Object.getOwnPropertyDescriptor(payload, 'query')?.value === 'string'
  );
}

/** Usually valid, sometimes nearly valid, sometimes arbitrary. */
function nearly<Value>(right: fc.Arbitrary<Value>, ...wrong: readonly unknown[]): fc.Arbitrary<unknown> {
  const otherwise = fc.oneof(fc.constantFrom(...wrong), fc.jsonValue());
  return fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: otherwise });
}

const nearlyMembers = fc.record({
  event_id: nearly(fc.uuid(), 'urn:uuid:0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11', ''),
  event_type: nearly(fc.constant('search'), 'Search', 'teleport', 'constructor'),
  event_time: nearly(
    fc.constantFrom('2026-11-24T09:30:12Z', '2026-11-24T09:30:12.5+01:00'),
    '2026-02-30T09:30:12Z',
  ),
  user_id: nearly(
    fc.string({ unit: anyCharacter, maxLength: 300, size: 'max' }),
    '',
    'a\0',
    'a\ud83d',
    'x'.repeat(257),
  ),
  payload: nearly(fc.record({ query: nearly(fc.string(), null) }), {}, [], ['query'], { Query: '' }),
});

/** One in ten events lacks a member; one in ten has additional members. */
const nearlyEvent = fc
  .tuple(
    nearlyMembers,
    fc.oneof({ weight: 9, arbitrary: fc.constant('') }, fc.constantFrom(...Object.keys(validMembers))),
    fc.oneof(
      { weight: 9, arbitrary: fc.constant({}) },
      fc.dictionary(fc.constantFrom('more', '__proto__', 'constructor', 'Payload'), fc.jsonValue()),
    ),
  )
  .map(([event, missing, more]) =>
    Object.fromEntries([
      ...Object.entries(event).filter(([name]) => name !== missing),
      ...Object.entries(more),
    ]),
  );

test('an event is accepted if and only if the contract allows it', () => {
  let [right, wrong] = [0, 0];
  fc.assert(
    fc.property(nearlyEvent, (value) => {
      const isRight = isEventByContract(value);
      if (isRight) right++;
      else wrong++;
      expect(decodeEvent(toBytes(JSON.stringify(value))).ok).toBe(isRight);
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(right, wrong)).toBeGreaterThan(300);
});

/** Inserted wherever an event can contain free text. */
const canary = 'canary0';

test('messages and paths contain no value and no undeclared name of the event', () => {
  const texts = fc.constantFrom(canary, 7, null, {}, [canary], { [canary]: canary });
  const changed = fc.record(
    { event_id: texts, event_type: texts, event_time: texts, user_id: texts, payload: texts },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(changed, fc.constantFrom(canary, 'path'), (change, name) => {
      const event = { ...JSON.parse(writeEvent()), ...change };
      const result = decodeEvent(toBytes(JSON.stringify({ ...event, [name]: event.user_id })));
      if (!result.ok) expect(`${result.message} ${result.path}`).not.toContain(canary);
    }),
  );
});

test.each([['{"a":1}'], [null]])(
  'an event of an unknown type is stored with the attributes %s',
  (attributesJson) => {
    const event = { event_type: 'unknown', payload: {} };
    const open = vi.fn().mockReturnValue({ ok: true, event, depth: 1, payloadJson: '{}', attributesJson });
    const definition = { envelope: { open }, validators: {}, unknownTypes: 'store' };
    const decoded = createDecoder(definition as unknown as EventDefinition)({ value: null });
    const attributes = attributesJson === null ? {} : { attributesJson };
    expect(decoded).toEqual({ ok: true, event, payloadJson: '{}', ...attributes });
    expect(open).toHaveBeenCalledWith({ value: null }, { topic: '', partition: 0 }, {});
  },
);
