import * as Type from '@sinclair/typebox/type';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { DefinitionError, defineEvents } from '../definition/define-events.ts';
import { toEventId } from '../identity/event-id.ts';
import { anyEvent } from '../testing/any-event.ts';
import { changeRecord } from '../testing/change-record.ts';
import { toBytes, writeEvent } from '../testing/event-text.ts';
import { cloudEvents } from './cloudevents/cloudevents.ts';
import { confluentJson } from './confluent.ts';
import { debezium } from './debezium/debezium.ts';
import type { Envelope, SourceRecord } from './envelope.ts';
import { fields } from './fields.ts';
import { nativeEnvelope } from './native.ts';

const place = { topic: 'orders', partition: 0 };
const event = toBytes(writeEvent());
const GUID = '89791762-2336-4186-9674-299b90a802e2';
const guid = Uint8Array.from(Buffer.from(`01${GUID.replaceAll('-', '')}`, 'hex'));
const ID = Uint8Array.of(0, 0x80, 0, 1, 0);

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function open(record: SourceRecord, inner: Envelope = nativeEnvelope()) {
  return confluentJson(inner).open(record, place, {});
}

const inHeader = (value: Uint8Array | string | null, name = '__value_schema_id'): SourceRecord => ({
  value: event,
  headers: [[name, value]],
});

describe('the schema id is skipped and kept', () => {
  test.each<readonly [what: string, record: SourceRecord, attributes: string]>([
    ['a number in front', { value: join(ID, event) }, '{"schema_id":2147483904}'],
    ['a GUID in front', { value: join(guid, event) }, `{"schema_id":"${GUID}"}`],
    ['a number in the header', inHeader(ID), '{"schema_id":2147483904}'],
    ['a GUID in the header', inHeader(guid), `{"schema_id":"${GUID}"}`],
    ['text in the header', inHeader('\0\0\0\0\u0007'), '{"schema_id":7}'],
  ])('%s', (_, record, attributesJson) => {
    const plain = nativeEnvelope().open({ value: event }, place, {});
    expect(open(record)).toEqual({ ...plain, attributesJson });
  });

  test('next to the attributes of the inner envelope, whose own member wins', () => {
    const inner = fields({
      id: '/id',
      type: '/t',
      time: { constant: '2026-01-01T00:00:00Z' },
      payload: '/p',
    });
    const openJson = (json: string) => open({ value: join(ID, toBytes(json)) }, inner);
    expect(openJson('{"id":"1","t":"t","p":{},"n": 1.50}')).toMatchObject({
      attributesJson: '{"schema_id":2147483904,"n": 1.50}',
    });
    const found = openJson('{"id":"1","t":"t","p":{},"schema_id":"mine"}');
    expect(JSON.parse((found.ok && found.attributesJson) || '')).toEqual({ schema_id: 'mine' });
  });
});

describe('a record is rejected', () => {
  test.each<readonly [what: string, record: SourceRecord, message: string]>([
    [
      'plain JSON',
      { value: event },
      'has no schema id in front of its JSON, and no header __value_schema_id',
    ],
    ['a prefix that is cut short', { value: ID.subarray(0, 4) }, 'has no schema id in front'],
    ['another magic byte', { value: join(Uint8Array.of(2), guid) }, 'has no schema id in front'],
    ['a malformed header', inHeader('7'), 'header __value_schema_id must be a schema id'],
    ['an empty header', inHeader(''), 'header __value_schema_id must be a schema id'],
    ['the header of the key', inHeader(ID, '__key_schema_id'), 'has no schema id in front'],
    ['a header without a value', inHeader(null), 'has no schema id in front'],
  ])('%s', (_, record, message) => {
    const rejection = {
      ok: false,
      reason: 'not_an_event',
      path: '',
      message: expect.stringContaining(message),
    };
    expect(open(record)).toMatchObject(rejection);
  });

  test('by the inner envelope, without the prefix', () => {
    expect(open({ value: join(ID, toBytes('{')) })).toMatchObject({ reason: 'not_json' });
    expect(open({ value: join(ID, toBytes('{}')) })).toMatchObject({ message: 'lacks the member event_id' });
    expect(open({ value: ID })).toMatchObject({ reason: 'empty' });
    expect(open({ value: null })).toMatchObject({ reason: 'empty' });
    expect(open({ value: new Uint8Array() })).toMatchObject({ reason: 'empty' });
  });
});

test('a key without anything after its prefix, or shorter, is a key', () => {
  const inner = fields({
    id: { record: 'key' },
    type: { constant: 't' },
    time: { constant: '2026-01-01T00:00:00Z' },
  });
  const idOf = (key: Uint8Array) => {
    const found = open({ value: join(ID, event), key }, inner);
    return found.ok && found.event.event_id;
  };
  const prefix = Uint8Array.of(0, 0, 0, 0, 9);
  expect(idOf(prefix)).toBe(toEventId('\0\0\0\0\t', 'orders'));
  expect(idOf(prefix.subarray(0, 4))).toBe(toEventId('\0\0\0\0', 'orders'));
  expect(idOf(join(prefix, toBytes('k')))).toBe(toEventId('k', 'orders'));
});

describe('other envelopes inside', () => {
  test('CloudEvents and Debezium keep their ids', () => {
    const options = { source: 'urn:shop' };
    const written = {
      event_id: 'a',
      event_type: 'b',
      event_time: '2026-01-01T00:00:00Z',
      user_id: null,
      payload: 1,
    };
    const plain = cloudEvents(options).encode?.(written) ?? { value: null };
    const prefixed = confluentJson(cloudEvents(options), { schemaId: 7 }).encode?.(written) ?? {
      value: null,
    };
    expectSameEvent(cloudEvents().open(plain, place, {}), open(prefixed, cloudEvents()));
    const change = changeRecord();
    const key = join(Uint8Array.of(0, 0, 0, 0, 9), change.key ?? new Uint8Array());
    const value = join(ID, change.value ?? new Uint8Array());
    expectSameEvent(debezium().open(change, place, {}), open({ key, value }, debezium()));
    expectSameEvent(debezium().open(change, place, {}), open({ ...change, value }, debezium()));
  });

  test('tombstones of Debezium stay tombstones', () => {
    expect(open({ value: null, key: ID }, debezium())).toMatchObject({ ok: false, reason: null });
  });

  test('an id of the record covers the prefix', () => {
    const inner = fields({ type: { constant: 't' }, time: { constant: '2026-01-01T00:00:00Z' } });
    const record = { value: join(ID, event), offset: '1', timestamp: '2' };
    const other = { ...record, value: join(guid, event) };
    const [one, two] = [open(record, inner), open(other, inner)];
    expect(one.ok && one.event.event_id).not.toBe(two.ok && two.event.event_id);
    /** Written by Python from the whole value. */
    expect(one).toMatchObject({ event: { event_id: '133256c9-53c3-56bc-840d-dc9b38801342' } });
  });

  function expectSameEvent(one: ReturnType<typeof open>, other: ReturnType<typeof open>) {
    expect(one.ok && one.event).toBeTruthy();
    expect(other.ok && other.event).toEqual(one.ok && one.event);
  }
});

describe('written events', () => {
  test('are read again, with their schema id', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat({ max: 2 ** 31 - 1 }), (one, schemaId) => {
        const envelope = confluentJson(nativeEnvelope(), { schemaId });
        const record = envelope.encode?.(one) ?? { value: null };
        const attributesJson = `{"schema_id":${schemaId}}`;
        expect(envelope.open(record, place, {})).toMatchObject({ ok: true, event: one, attributesJson });
      }),
    );
  });

  test('need a schema id', () => {
    expect(() => confluentJson().encode?.({ user_id: 'u' } as never)).toThrow('needs the option schemaId');
  });

  test('are not written if the inner envelope cannot be written', () => {
    expect(confluentJson(debezium(), { schemaId: 7 }).encode).toBeUndefined();
  });
});

test('the id rule and the type of the user are those of the inner envelope', () => {
  expect(confluentJson().identity).toBe('["id","/event_id",null]');
  expect(confluentJson(cloudEvents()).identity).toBe('["cloudevents"]');
  expectTypeOf(confluentJson()).toEqualTypeOf<Envelope<string>>();
  expectTypeOf(confluentJson(cloudEvents())).toEqualTypeOf<Envelope>();
});

test('records are described as those of the inner envelope', () => {
  const payload = Type.Object({ a: Type.String() });
  expect(confluentJson().describe('t', payload)).toEqual(nativeEnvelope().describe('t', payload));
  expect(confluentJson().name).toBe('confluent-json');
});

test.each([undefined, 0, 2 ** 31 - 1])('a schema id may be %s', (schemaId) => {
  const options = schemaId === undefined ? {} : { schemaId };
  expect(confluentJson(nativeEnvelope(), options).problems).toEqual([]);
});

test.each([-1, 1.5, 2 ** 31, Number.NaN])('a schema id cannot be %s', (schemaId) => {
  const problem = 'schemaId: must be a whole number from 0 to 2147483647';
  expect(confluentJson(nativeEnvelope(), { schemaId }).problems).toEqual([problem]);
});

test('options are checked with the definition, those of the inner envelope too', () => {
  const envelope = confluentJson(cloudEvents({ user: 'x' }), { schemaId: 2 ** 31 });
  const define = () => defineEvents({ envelope, types: [], unknownTypes: 'store' });
  expect(define).toThrow(DefinitionError);
  expect(define).toThrow(/user: .*\n.*schemaId: must be a whole number from 0 to 2147483647/);
});
