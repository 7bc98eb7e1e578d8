import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordEventId } from '../../identity/event-id.ts';
import { type ChangeTexts, changeJson, changeRecord, ROW, withSchema } from '../../testing/change-record.ts';
import { toBytes } from '../../testing/event-text.ts';
import type { SourceRecord } from '../envelope.ts';
import { debezium } from './debezium.ts';

const { open } = debezium();
const place = { topic: 'customers', partition: 2 };

function idOf(record: SourceRecord): string {
  const found = open(record, place, {});
  if (!found.ok) throw new Error(`${found.message} (${found.path})`);
  return found.event.event_id;
}

const changeId = (texts: ChangeTexts = {}) => idOf(changeRecord(texts));

const mongoKey = '{"id":"{\\"$oid\\": \\"596e275826f08b2730779e1f\\"}"}';
const update = '{"removedFields":null,"updatedFields":"{\\"name\\": \\"Anne\\"}","truncatedArrays":null}';

/** Written by Python: `uuid.uuid5(namespace, json.dumps(parts, separators=(',', ':'), ensure_ascii=False))`. */
describe('ids are those of another implementation', () => {
  test.each<readonly [name: string, texts: ChangeTexts, id: string]>([
    ['postgresql', {}, '96d94c66-4f9e-5891-a6ae-20465b6382b0'],
    [
      'postgresql, a delete',
      { op: 'd', before: '{"id":1004}', after: 'null', source: { lsn: '24023999' } },
      'd468e93f-d639-5fc5-bf40-ac0631925394',
    ],
    [
      'postgresql, a snapshot',
      { op: 'r', source: { snapshot: '"first"' } },
      '7a814f86-3060-5a1f-81df-3359c6640998',
    ],
    ['postgresql, no key', { key: undefined }, 'e4b17fd2-1938-5d89-9e8a-cd8cb56d9cb3'],
    [
      'postgresql, no key, in a transaction',
      {
        key: undefined,
        more: { transaction: '{"id":"555:24023128","total_order":2,"data_collection_order":2}' },
      },
      'e0dcd1c9-c3ca-58da-b93d-9f8f05b3808a',
    ],
    ['mysql', { connector: 'mysql' }, 'c5724f06-8f01-527a-80cc-5ae5b6010fea'],
    ['mariadb', { connector: 'mariadb' }, '49f29318-669e-5c2d-9055-461000e09a95'],
    ['sqlserver', { connector: 'sqlserver' }, '2b5a34bb-fb09-5688-b730-8945df172074'],
    [
      'db2',
      { connector: 'db2', key: '{"ID":1004}', source: { table: '"CUSTOMERS"' } },
      'c77e3f99-f684-528a-977d-c454d851e7ad',
    ],
    [
      'oracle',
      { connector: 'oracle', key: '{"ID":1004}', source: { db: '"ORCLPDB1"', table: '"CUSTOMERS"' } },
      'f926890c-5f98-5f5f-8f4f-2377b9de6c53',
    ],
    ['informix', { connector: 'informix' }, 'c6098548-d0a8-5494-81e6-cc4eefb0b7d6'],
    [
      'mongodb',
      { connector: 'mongodb', key: mongoKey, after: '"{\\"_id\\":1}"' },
      'ee2370f3-bb91-56ee-8471-e72e5f4614ca',
    ],
    [
      'mongodb, an update in a transaction',
      {
        connector: 'mongodb',
        op: 'u',
        key: mongoKey,
        after: 'null',
        source: { ord: '32', lsid: '"{\\"id\\": 1}"', txnNumber: '7' },
        more: { updateDescription: update },
      },
      '2e29bea8-1e10-5c41-8447-ebc4d747f041',
    ],
  ])('%s', (_, texts, id) => {
    expect(changeId(texts)).toBe(id);
  });
});

const connectors = ['postgresql', 'mysql', 'mariadb', 'sqlserver', 'db2', 'oracle', 'informix'] as const;
const connector = fc.constantFrom(...connectors);
const image = fc.constantFrom(ROW, '{"id":1004,"name":"Bea"}', '{"id":1004,"name":"Anne","n":1.0}');
const imageOrNull = fc.oneof(image, fc.constant('null'));
const key = fc.constantFrom('{"id":1004}', '{"id":1005}', undefined);

/** A change from the log of any connector; with a key or without. */
const streamed: fc.Arbitrary<ChangeTexts> = fc.record({
  connector,
  key,
  op: fc.constantFrom('c', 'u', 'd', 't'),
  before: imageOrNull,
  after: imageOrNull,
  source: fc.record({
    name: fc.constantFrom('"server1"', '"server2"'),
    table: fc.constantFrom('"customers"', '"orders"'),
  }),
});

/** A row of a snapshot, with a key. */
const read: fc.Arbitrary<ChangeTexts> = fc.record({
  connector,
  key: fc.constantFrom('{"id":1004}', '{"id":1005}'),
  op: fc.constant('r'),
  after: image,
});

/** What a redelivery after a restart may change: the time of processing, versions, the wrapper, the record. */
const redelivery = fc.record({
  source: fc.record({
    version: fc.constantFrom('"3.3.1.Final"', '"3.4.0.Final"'),
    sequence: fc.constantFrom('null', '"[\\"24023000\\",\\"24023128\\"]"'),
    ts_ns: fc.constantFrom('1558965508123456000', '1558965508123456789'),
  }),
  more: fc.record({ ts_ms: fc.nat().map(String), ts_ns: fc.nat().map(String) }),
  isWrapped: fc.boolean(),
  offset: fc.nat().map(String),
  timestamp: fc.nat().map(String),
});

type Redelivery = typeof redelivery extends fc.Arbitrary<infer Value> ? Value : never;

function deliver(
  texts: ChangeTexts,
  { source, more, isWrapped, offset, timestamp }: Redelivery,
): SourceRecord {
  const all = { ...texts, source: { ...texts.source, ...source }, more: { ...texts.more, ...more } };
  const record = changeRecord(all);
  const wrap = (json: string) => toBytes(isWrapped ? withSchema(json) : json);
  const wrappedKey = all.key === undefined ? undefined : wrap(all.key);
  return {
    ...record,
    value: wrap(changeJson(all)),
    ...(wrappedKey && { key: wrappedKey }),
    offset,
    timestamp,
  };
}

test('a redelivery of a change repeats its id', () => {
  fc.assert(
    fc.property(streamed, redelivery, redelivery, (texts, first, second) => {
      expect(idOf(deliver(texts, first))).toBe(idOf(deliver(texts, second)));
    }),
  );
});

test('a snapshot that is taken again repeats the ids of unchanged rows', () => {
  const again = { snapshot: '"incremental"', lsn: 'null', pos: '0', file: '""', ts_us: '1', ts_ms: '1' };
  fc.assert(
    fc.property(read, redelivery, redelivery, (texts, first, second) => {
      const repeated = { ...texts, source: { ...texts.source, ...again } };
      expect(idOf(deliver(repeated, second))).toBe(idOf(deliver(texts, first)));
    }),
  );
});

test('changes that differ in table, key, operation or content have different ids', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(streamed, read), { maxLength: 20 }), (changes) => {
      const distinct = new Set(changes.map((texts) => JSON.stringify({ ...texts, key: texts.key ?? null })));
      expect(new Set(changes.map(changeId)).size).toBe(distinct.size);
    }),
  );
});

test('rows of a COPY into a table without a key differ by content, or by their order', () => {
  const copied = (after: string, order?: number) =>
    changeId({ key: undefined, after, ...(order && { more: { transaction: `{"total_order":${order}}` } }) });
  expect(copied('{"name":"Anne"}')).not.toBe(copied('{"name":"Bea"}'));
  expect(copied(ROW)).toBe(copied(ROW));
  expect(copied(ROW, 1)).not.toBe(copied(ROW, 2));
});

test('equal rows of a snapshot of a table without a key are different events', () => {
  const record = changeRecord({ key: undefined, op: 'r', source: { snapshot: '"true"' } });
  const [first, second] = ['41', '42'].map((offset) => ({ ...record, offset, timestamp: '1700000000000' }));
  expect(idOf({ ...record, ...first })).toBe(recordEventId({ ...record, ...first }, place));
  expect(idOf({ ...record, ...second })).not.toBe(idOf({ ...record, ...first }));
});

test('the two events of a changed primary key have different ids at one position', () => {
  const removed = changeId({ op: 'd', before: '{"id":1004}', after: 'null' });
  const added = changeId({ op: 'c', after: '{"id":1005}', key: '{"id":1005}' });
  expect(removed).not.toBe(added);
});

test('a row of a snapshot and its insert have different ids', () => {
  expect(changeId({ op: 'r' })).not.toBe(changeId({ op: 'c' }));
});

test('rows of a snapshot that is written as inserts have the ids of a snapshot', () => {
  expect(changeId({ op: 'c', source: { snapshot: 'true' } })).toBe(changeId({ op: 'r' }));
});

test('positions beyond 2^53 are compared by their digits', () => {
  const at = (lsn: string) => changeId({ source: { lsn } });
  expect(at('9007199254740993')).not.toBe(at('9007199254740992'));
});

test('a document that is looked up again at redelivery keeps the id of its update', () => {
  const update = {
    connector: 'mongodb',
    op: 'u',
    more: { updateDescription: '{"updatedFields":"{}"}' },
  } as const;
  expect(changeId({ ...update, after: '"{\\"n\\":1}"' })).toBe(
    changeId({ ...update, after: '"{\\"n\\":2}"' }),
  );
});

test('a key that is null or empty is no key', () => {
  const { value } = changeRecord();
  const id = idOf({ value });
  expect([idOf({ value, key: null }), idOf({ value, key: new Uint8Array() })]).toEqual([id, id]);
});

test('a change that does not mention snapshots is one from the log', () => {
  expect(idOf(changeRecord({ source: { snapshot: 'null' } }))).toBe(idOf(changeRecord()));
});

test('a key that is null in a wrapper is no key', () => {
  expect(changeId({ key: '{"schema":null,"payload":null}' })).toBe(changeId({ key: undefined }));
});

test('a key that is not JSON is part of the id', () => {
  const withKey = (key: Uint8Array) => idOf({ ...changeRecord(), key });
  const keys = [toBytes('a'), toBytes('b'), Uint8Array.of(0xff), Uint8Array.of(0xfe)];
  expect(new Set(keys.map(withKey)).size).toBe(keys.length);
});

test.each([
  ['postgresql', ['lsn']],
  ['mysql', ['file', 'pos', 'row']],
  ['mariadb', ['file', 'pos', 'row']],
  ['sqlserver', ['commit_lsn', 'change_lsn', 'event_serial_no']],
  ['db2', ['commit_lsn', 'change_lsn', 'event_serial_no']],
  ['oracle', ['scn', 'txId', 'rs_id', 'ssn', 'lcr_position']],
  ['informix', ['commit_lsn', 'change_lsn', 'txId', 'begin_lsn']],
  ['mongodb', ['ts_ms', 'ord', 'lsid', 'txnNumber']],
] as const)('%s: equal rows at other positions have other ids', (name, members) => {
  const texts = name === 'mongodb' ? { after: '"{}"' } : {};
  const ids = [{}, ...members.map((member) => ({ [member]: '"7"' }))].map((source) =>
    changeId({ connector: name, source, ...texts }),
  );
  expect(new Set(ids).size).toBe(members.length + 1);
});
