import * as Type from '@sinclair/typebox/type';
import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../decode.ts';
import { DefinitionError, defineEvents } from '../../definition/define-events.ts';
import { encode } from '../../definition/encode-record.ts';
import { type ChangeTexts, changeJson, changeRecord, ROW, withSchema } from '../../testing/change-record.ts';
import { toBytes } from '../../testing/event-text.ts';
import { compileValidator } from '../../validate.ts';
import type { SourceRecord } from '../envelope.ts';
import { debezium } from './debezium.ts';
import type { DebeziumOptions } from './options.ts';

const place = { topic: 'server1.public.customers', partition: 0 };

function open(texts: ChangeTexts = {}, options: DebeziumOptions = {}) {
  return openRecord(changeRecord(texts), options);
}

function openRecord(record: SourceRecord, options: DebeziumOptions = {}) {
  return debezium(options).open(record, place, {});
}

const value = (json: string) => openRecord({ value: toBytes(json), key: toBytes('{"id":1}') });

describe('the payload is', () => {
  const keyOnly = '{"id":1004,"__op":"u"}';
  const oddKey = '{"schema":"a","payload":{"id":1}}';
  const oddKeyPayload = '{"schema":"a","payload":{"id":1},"__op":"d"}';
  test.each<readonly [what: string, texts: ChangeTexts, payloadJson: string]>([
    ['the row after an insert', {}, '{"id":1004,"name":"Anne","__op":"c"}'],
    ['the row after an update', { op: 'u', before: '{"id":1}' }, '{"id":1004,"name":"Anne","__op":"u"}'],
    ['the row of a snapshot', { op: 'r' }, '{"id":1004,"name":"Anne","__op":"r"}'],
    [
      'the row before a delete',
      { op: 'd', before: ROW, after: 'null' },
      '{"id":1004,"name":"Anne","__op":"d"}',
    ],
    ['the key of a delete without an image', { op: 'd', after: 'null' }, '{"id":1004,"__op":"d"}'],
    [
      'the key of an update with only the row before',
      { op: 'u', before: '{"id":1}', after: 'null' },
      keyOnly,
    ],
    [
      'the whole key with columns named like a wrapper',
      { op: 'd', after: 'null', key: oddKey },
      oddKeyPayload,
    ],
    ['the key of an update without an image', { op: 'u', after: 'null' }, '{"id":1004,"__op":"u"}'],
    ['the operation alone without image and key', { op: 't', after: 'null', key: undefined }, '{"__op":"t"}'],
    ['a document without the white space after it', { after: '"{\\"n\\": 1 }\\n"' }, '{"n": 1 ,"__op":"c"}'],
    ['the operation alone if the key is no object', { op: 'd', after: 'null', key: '1004' }, '{"__op":"d"}'],
    [
      'verbatim: numbers, escapes, spaces and repeated members',
      { after: '{ "n": 9007199254740993, "e": 1e400 ,"z":-0, "t": "\\u0041\\n}", "n": 1.50 }' },
      '{ "n": 9007199254740993, "e": 1e400 ,"z":-0, "t": "\\u0041\\n}", "n": 1.50 ,"__op":"c"}',
    ],
    [
      "MongoDB's document, which is a string",
      { connector: 'mongodb', after: '"{\\"_id\\": {\\"$oid\\": \\"5a\\"},\\"n\\": 1.50}"' },
      '{"_id": {"$oid": "5a"},"n": 1.50,"__op":"c"}',
    ],
  ])('%s', (_, texts, payloadJson) => {
    const found = open(texts);
    expect(found).toMatchObject({ ok: true, payloadJson });
    if (found.ok) expect(found.event.payload).toEqual(JSON.parse(payloadJson));
  });

  test('found in the record by its pointer', () => {
    expect(open()).toMatchObject({ payloadPath: '/after' });
    expect(open({ op: 'd', before: ROW, after: 'null' })).toMatchObject({ payloadPath: '/before' });
    expect(open({ op: 'd', after: 'null' })).toMatchObject({ payloadPath: '' });
  });

  test('as deeply nested as the row', () => {
    expect(open({ after: '{"a":[[{}]]}' })).toMatchObject({ depth: 4 });
    expect(open({ connector: 'mongodb', after: '"{\\"a\\":[]}"' })).toMatchObject({ depth: 2 });
  });
});

test('the converter with schemas is read like the one without', () => {
  const texts = { op: 'u', before: '{"id":1}' } as const;
  const wrapped = openRecord({
    value: toBytes(withSchema(changeJson(texts))),
    key: toBytes(withSchema('{"id":1004}')),
  });
  const plain = open(texts);
  expect(wrapped).toEqual({ ...plain, payloadPath: '/payload/after', typePath: '/payload/source/table' });
});

describe('the type is', () => {
  test.each<readonly [string, ChangeTexts, DebeziumOptions, string]>([
    ['SCHEMA.TABLE', {}, {}, 'public.customers'],
    ['DATABASE.TABLE without a schema', { connector: 'mysql' }, {}, 'shop.customers'],
    ['TABLE without a schema and a database', { source: { schema: 'null', db: 'null' } }, {}, 'customers'],
    ['DATABASE.COLLECTION', { connector: 'mongodb', after: '"{}"' }, {}, 'shop.customers'],
    ['a member of the change', {}, { type: '/source/table' }, 'customers'],
    ['a constant', {}, { type: { constant: 'change' } }, 'change'],
    ['the topic', {}, { type: { record: 'topic' } }, 'server1.public.customers'],
  ])('%s', (_, texts, options, type) => {
    expect(open(texts, options)).toMatchObject({ ok: true, event: { event_type: type } });
  });
});

describe('the user is', () => {
  test.each<readonly [string, ChangeTexts, DebeziumOptions, string | null]>([
    ['null without the option', {}, {}, null],
    ['a column of the row', {}, { user: '/name' }, 'Anne'],
    ['the digits of a number', { after: '{"id":9007199254740993}' }, { user: '/id' }, '9007199254740993'],
    ['a column of a deleted row', { op: 'd', before: ROW, after: 'null' }, { user: '/name' }, 'Anne'],
    ['null if the row lacks the column', { op: 'd', after: 'null' }, { user: '/name' }, null],
    ['the key of the record', { key: '"u1"' }, { user: { record: 'key' } }, '"u1"'],
  ])('%s', (_, texts, options, user_id) => {
    expect(open(texts, options)).toMatchObject({ ok: true, event: { user_id } });
  });
});

describe('the time is', () => {
  test.each<readonly [string, ChangeTexts, string]>([
    ['the time of the change in microseconds', {}, '2019-05-27T13:58:28.123456Z'],
    ['in milliseconds from older connectors', { source: { ts_us: 'null' } }, '2019-05-27T13:58:28.000Z'],
    ['of the processing if that is 0', { source: { ts_us: '0', ts_ms: '0' } }, '2019-05-27T13:58:35.240Z'],
  ])('%s', (_, texts, event_time) => {
    expect(open(texts)).toMatchObject({ ok: true, event: { event_time } });
  });

  test('that of the record if the change has none', () => {
    const record = changeRecord({ source: { ts_us: 'null', ts_ms: 'null' }, more: { ts_ms: 'null' } });
    const time = openRecord({ ...record, timestamp: '1700000000000' });
    expect(time).toMatchObject({ ok: true, event: { event_time: '2023-11-14T22:13:20.000Z' } });
  });
});

describe('attributes', () => {
  test('hold the rest of the change, verbatim', () => {
    const found = open({ op: 'u', before: '{"n": 1.50}', more: { transaction: '{"id":"5"}' } });
    const json = found.ok ? (found.attributesJson ?? '') : '';
    expect(json).toContain('"before":{"n": 1.50}');
    expect(Object.keys(JSON.parse(json))).toEqual(['before', 'source', 'ts_ms', 'transaction']);
  });

  test.each<readonly [string, ChangeTexts]>([
    ['null', { op: 'u' }],
    ['the payload', { op: 'd', before: ROW, after: 'null' }],
  ])('leave out the image that is %s', (_, texts) => {
    const found = open(texts);
    const json = found.ok ? (found.attributesJson ?? '') : '';
    expect(Object.keys(JSON.parse(json))).toEqual(['source', 'ts_ms']);
  });

  test.each<readonly [string, ChangeTexts]>([
    ['an update without an image after it', { op: 'u', before: ROW, after: 'null' }],
    ['a delete with an image after it', { op: 'd', before: ROW }],
  ])('hold the image before %s', (_, texts) => {
    const found = open(texts);
    const json = found.ok ? (found.attributesJson ?? '') : '';
    expect(Object.keys(JSON.parse(json))).toEqual(['before', 'source', 'ts_ms']);
  });

  test('are null if they are ignored', () => {
    expect(open({}, { otherMembers: 'ignore' })).toMatchObject({ ok: true, attributesJson: null });
  });
});

test('a change with members like those of a transaction boundary is an event', () => {
  expect(open({ more: { status: '"BEGIN"', id: '"571"' } })).toMatchObject({ ok: true });
});

describe('no event is', () => {
  test.each<readonly [string, SourceRecord]>([
    ['a tombstone', { value: null, key: toBytes('{"id":1}') }],
    ['a tombstone', { value: null, key: null }],
    ['a tombstone', { value: toBytes('{"schema":null,"payload":null}'), key: toBytes('{"id":1}') }],
    ['a heartbeat', { value: toBytes('{"ts_ms":1565787098802}'), key: toBytes('{"serverName":"server1"}') }],
    ['a heartbeat', { value: toBytes(withSchema('{"ts_ms":1565787098802}')) }],
    [
      'the boundary of a transaction',
      { value: toBytes('{"status":"BEGIN","id":"571:53195829","event_count":null,"data_collections":null}') },
    ],
    [
      'the boundary of a transaction',
      {
        value: toBytes(
          '{"status":"END","id":"571:53195832","ts_ms":1,"event_count":2,"data_collections":[]}',
        ),
      },
    ],
  ])('%s', (what, record) => {
    const expected = { ok: false, reason: null, message: `is ${what}`, path: '', eventType: null };
    expect(openRecord(record)).toEqual(expected);
  });

  test('to be decoded', () => {
    const decode = createDecoder(defineEvents({ envelope: debezium(), types: [], unknownTypes: 'store' }));
    expect(decode({ value: null, key: toBytes('1') })).toMatchObject({ ok: false, reason: null });
  });
});

describe('a record is rejected with the pointer of', () => {
  const wrong = (texts: ChangeTexts) => changeJson(texts);
  test.each<readonly [what: string, json: string, path: string, message: string]>([
    ['a value that is no object', '[]', '', 'must be an object'],
    ['a null that is JSON', 'null', '', 'must be an object'],
    ['a document that has a payload', '{"schema":{},"payload":{},"op":"x"}', '/op', 'must be one of'],
    ['a wrapped value that is no object', withSchema('7'), '/payload', 'must be an object'],
    ['a row without an envelope', ROW, '/op', 'must be one of c, u, d, r, t'],
    ['a logical decoding message', wrong({ op: 'm' }), '/op', 'must be one of c, u, d, r, t'],
    ['an operation in a wrapper', withSchema('{}'), '/payload/op', 'must be one of c, u, d, r, t'],
    ['a schema change', '{"source":{},"ddl":"create table t (id int)"}', '', 'is a schema change'],
    ['a change of tables', '{"source":{},"tableChanges":[]}', '', 'is a schema change'],
    ['another status than that of a boundary', '{"status":"OPEN","id":"5"}', '/op', 'must be one of'],
    ['a boundary without an id', '{"status":"BEGIN","id":5}', '/op', 'must be one of'],
    ['a missing source', '{"op":"c","after":{}}', '/source/connector', 'must be one of postgresql, mysql'],
    [
      'an unknown connector',
      wrong({ source: { connector: '"vitess"' } }),
      '/source/connector',
      'must be one of',
    ],
    [
      'an inherited name',
      wrong({ source: { connector: '"constructor"' } }),
      '/source/connector',
      'must be one',
    ],
    ['a missing server', wrong({ source: { name: 'null' } }), '/source/name', 'must be a string or a number'],
    ['a missing position', wrong({ source: { lsn: 'null' } }), '/source/lsn', 'must be a string or a number'],
    [
      'a missing row number',
      wrong({ connector: 'mysql', source: { row: 'null' } }),
      '/source/row',
      'must be a',
    ],
    ['an empty table', wrong({ source: { table: '""' } }), '/source/table', 'must be a string'],
    [
      'a type with control characters',
      wrong({ source: { table: '"a\\n"' } }),
      '/source/table',
      'must be 1 to',
    ],
    ['an image that is no object', wrong({ after: '7' }), '/after', 'must be an object'],
    [
      'an image before a delete that is no object',
      wrong({ op: 'd', before: '7', after: 'null' }),
      '/before',
      'must be an object',
    ],
    ['a document that is no JSON', wrong({ after: '"{"' }), '/after', 'must be an object'],
    ['a time out of range', wrong({ source: { ts_us: '"soon"' } }), '/source/ts_ms', 'must be'],
    ['a column named like the operation', wrong({ after: '{"__op":1}' }), '/after/__op', 'is a column with'],
  ])('%s', (_, json, path, message) => {
    const rejection = { ok: false, reason: 'not_an_event', path, message: expect.stringContaining(message) };
    expect(value(json)).toMatchObject(rejection);
  });

  test('nothing for a user outside of the value', () => {
    const record = { ...changeRecord(), key: Uint8Array.of(0xff) };
    expect(openRecord(record, { user: { record: 'key' } })).toMatchObject({ ok: false, path: '' });
  });

  test('a user that is an object', () => {
    const rejection = { ok: false, reason: 'not_an_event', path: '/after/id', eventType: 'public.customers' };
    expect(open({ after: '{"id":{}}' }, { user: '/id' })).toMatchObject(rejection);
  });
});

test('a record without bytes is empty', () => {
  expect(openRecord({ value: new Uint8Array() })).toMatchObject({ reason: 'empty' });
});

test('options are checked with the definition', () => {
  const options = {
    type: 'table',
    user: { column: 'id' },
    otherMembers: 'reject',
  } as unknown as DebeziumOptions;
  const define = () => defineEvents({ envelope: debezium(options), types: [], unknownTypes: 'store' });
  expect(define).toThrow(DefinitionError);
  expect(define).toThrow(/type: .*\n.*user: .*\n.*otherMembers: must be one of keep, ignore/);
});

test('the id rule has a name, and the schema describes changes of any row', () => {
  const envelope = debezium();
  expect(envelope.identity).toBe('["debezium"]');
  const validate = compileValidator(envelope.describe('public.customers', Type.Any()));
  const problemOf = (texts: ChangeTexts) => validate(JSON.parse(changeJson(texts)));
  for (const op of ['c', 'u', 'd', 'r', 't']) expect(problemOf({ op })).toBeUndefined();
  expect(problemOf({ connector: 'mongodb', after: '"{}"' })).toBeUndefined();
  expect(problemOf({ op: 'm' })).toMatchObject({ path: expect.stringMatching(/^\/op/) });
  expect(problemOf({ source: { name: 'null' } })).toMatchObject({ path: '/source/name' });
  expect(problemOf({ source: { connector: '7' } })).toMatchObject({ path: '/source/connector' });
  expect(problemOf({ after: '7' })).toMatchObject({ path: expect.stringMatching(/^\/after/) });
  expect(problemOf({ before: '7' })).toMatchObject({ path: expect.stringMatching(/^\/before/) });
});

test('changes cannot be written', () => {
  const definition = defineEvents({ envelope: debezium(), types: [], unknownTypes: 'store' });
  expect(() => encode(definition, {} as never)).toThrow('the debezium envelope cannot be written');
});
