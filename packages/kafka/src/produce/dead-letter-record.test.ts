import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KafkaRecord, RecordHeaders } from '../record.ts';
import {
  createDeadLetterRecords,
  type DeadLetterOrigin,
  fromDeadLetterRecord,
  redriveCountOf,
  toRedrivenRecord,
} from './dead-letter-record.ts';
import { encodeHeaders } from './encode-headers.ts';

const load = createRequire(import.meta.url);
const Decoder = load('kafkajs/src/protocol/decoder.js');
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js');
const LazyRecord = load('kafkajs/src/protocol/recordBatch/record/v0/lazyRecord.js');

type Original = Pick<KafkaRecord, 'key' | 'value' | 'headers'>;

/** A dead letter as a consumer of its topic reads it, from the bytes that are sent. */
function toDeadLetterRecord(record: Original, origin: DeadLetterOrigin, maxBytes: number) {
  const toRecord = createDeadLetterRecords(origin, maxBytes);
  const { offset, message: detail } = origin;
  const { buffer } = encodeRecord(toRecord({ ...record, offset }, { ...origin, detail }));
  const { key, value, headers } = new LazyRecord(new Decoder(buffer), { buffer });
  return { key, value, headers } as Required<Original> & { readonly headers: RecordHeaders };
}

const bytesOfHeaders = (headers: RecordHeaders) => encodeHeaders(headers).bytes.length + 1;

const bytes = fc.option(
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  { nil: null },
);
const name = fc.oneof(fc.string({ maxLength: 20 }), fc.constant(Buffer.from([0xff])));
const headers: fc.Arbitrary<RecordHeaders> = fc.array(fc.tuple(name, bytes), { maxLength: 8 });
const origin: fc.Arbitrary<DeadLetterOrigin> = fc.record({
  topic: fc.string(),
  partition: fc.nat(),
  offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  groupId: fc.string(),
  reason: fc.constantFrom('not_json', 'refused_by_database'),
  message: fc.string(),
  sqlstate: fc.option(fc.constantFrom('22P05', '22003'), { nil: null }),
  failedAt: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    .map((date) => date.toISOString()),
  redriveCount: fc.nat({ max: 999_999 }),
});

test('a dead letter survives a round trip byte for byte', () => {
  fc.assert(
    fc.property(bytes, bytes, headers, origin, (key, value, originals, from) => {
      const deadLetter = fromDeadLetterRecord(
        toDeadLetterRecord({ key, value, headers: originals }, from, 1_000_000),
      );
      expect(deadLetter).toEqual({ origin: from, truncated: false, key, value, headers: originals });
    }),
  );
});

test('a dead letter that fails again has only the latest error headers', () => {
  fc.assert(
    fc.property(bytes, headers, origin, origin, (value, originals, first, second) => {
      const once = toDeadLetterRecord({ key: null, value, headers: originals }, first, 1_000_000);
      const twice = toDeadLetterRecord({ key: null, value, headers: once.headers }, second, 1_000_000);
      expect(fromDeadLetterRecord(twice)).toEqual({
        origin: second,
        truncated: false,
        key: null,
        value,
        headers: originals,
      });
    }),
  );
});

test('a redriven record has the origin of its first failure and the latest count', () => {
  const first = { topic: 'events', partition: 2, offset: '41', timestamp: '1795512612345' };
  const second = { topic: 'events', partition: 0, offset: '99', timestamp: '1795512699999' };
  const once = toRedrivenRecord({ key: null, value: null, headers: [['trace', 'a']] }, first, 1);
  const twice = toRedrivenRecord(once, second, 2);
  expect(once.headers).toEqual([
    ['trace', 'a'],
    ['dlq.origin', 'events:2:41:1795512612345'],
    ['dlq.redrive_count', '1'],
  ]);
  expect(new Map(twice.headers as [string, string][])).toEqual(
    new Map([
      ['trace', 'a'],
      ['dlq.redrive_count', '2'],
      ['dlq.origin', 'events:2:41:1795512612345'],
    ]),
  );
});

const large = (maxLength: number) => fc.nat({ max: maxLength }).map((length) => Buffer.alloc(length, 7));

test('a record over maxBytes is truncated and marked, and keeps its origin', () => {
  const huge = fc.array(fc.tuple(name, large(20_000)), { maxLength: 8 });
  const limits = fc.integer({ min: 5_000, max: 50_000 });
  fc.assert(
    fc.property(
      large(60_000),
      large(60_000),
      huge,
      origin,
      limits,
      (key, value, originals, from, maxBytes) => {
        const original = { key, value, headers: originals };
        const { headers: sent, ...record } = toDeadLetterRecord(original, from, maxBytes);
        const size = bytesOfHeaders(sent) + (record.key?.length ?? 0) + (record.value?.length ?? 0);
        expect(size).toBeLessThan(maxBytes);
        const read = fromDeadLetterRecord({ ...record, headers: sent });
        expect(read?.origin).toEqual(from);
        const isWhole = read?.value?.length === value.length && read.key?.length === key.length;
        expect(read?.truncated).toBe(!isWhole);
        if (read?.key?.length === key.length) expect(read.headers).toEqual(originals);
      },
    ),
  );
});

const refused: DeadLetterOrigin = {
  topic: 'events',
  partition: 2,
  offset: '7',
  groupId: 'group',
  reason: 'refused_by_database',
  message: 'too large',
  sqlstate: '22003',
  failedAt: '2026-11-24T09:30:12.000Z',
  redriveCount: 3,
};

test('dead letters of a batch have the headers of their own errors', () => {
  const record: Original = { key: null, value: Buffer.from('value'), headers: [] };
  const errors = [
    { ...refused, detail: refused.message },
    { ...refused, detail: refused.message },
    { ...refused, detail: 'another message' },
    { ...refused, detail: refused.message, reason: 'not_json' },
    { ...refused, detail: refused.message, sqlstate: null },
    { ...refused, detail: refused.message, redriveCount: refused.redriveCount + 1 },
  ];
  const alone = errors.map((error) =>
    createDeadLetterRecords(refused, 1_000)({ ...record, offset: '1' }, error),
  );
  const toRecord = createDeadLetterRecords(refused, 1_000);
  expect(errors.map((error) => toRecord({ ...record, offset: '1' }, error))).toEqual(alone);
  const inTurn = errors.flatMap((error) => [error, errors[0] ?? error]);
  expect(inTurn.map((error) => toRecord({ ...record, offset: '1' }, error))).toEqual(
    alone.flatMap((own) => [own, alone[0]]),
  );
});

test('the headers of a dead letter have the names of Kafka Connect, or our own', () => {
  const { headers } = toDeadLetterRecord({ key: null, value: null }, refused, 1_000);
  expect(headers.map(([name, value]) => [name, String(value)])).toEqual([
    ['__dlq.errors.topic', 'events'],
    ['__dlq.errors.partition', '2'],
    ['__dlq.errors.offset', '7'],
    ['__dlq.errors.group', 'group'],
    ['__dlq.errors.message', 'too large'],
    ['dlq.reason', 'refused_by_database'],
    ['dlq.sqlstate', '22003'],
    ['dlq.failed_at', '2026-11-24T09:30:12.000Z'],
    ['dlq.redrive_count', '3'],
  ]);
});

test('only a record that Postgres refused has a header for its SQLSTATE', () => {
  const origin = { ...refused, reason: 'not_json', sqlstate: null };
  const { headers } = toDeadLetterRecord({ key: null, value: null }, origin, 1_000);
  expect(headers.map(([name]) => name)).not.toContain('dlq.sqlstate');
});

/** A record, and the size limit at which it is just not truncated. */
function fitting() {
  const original = {
    key: Buffer.from('key'),
    value: Buffer.from('value'),
    headers: [['name', Buffer.from('x')]] as const,
  };
  const { headers } = toDeadLetterRecord(original, refused, 1_000_000);
  return { original, limit: bytesOfHeaders(headers) + 'key'.length + 'value'.length + 200 };
}

test('at the limit a record is whole; beyond, its value is cut, then headers and key', () => {
  const { original, limit } = fitting();
  const read = (maxBytes: number) => {
    const found = fromDeadLetterRecord(toDeadLetterRecord(original, refused, maxBytes));
    return [found?.truncated, String(found?.value), found?.key && String(found.key), found?.headers];
  };
  expect(read(limit)).toEqual([false, 'value', 'key', original.headers]);
  expect(read(limit - 1)).toEqual([true, 'valu', 'key', original.headers]);
  expect(read(limit - 5)).toEqual([true, '', 'key', original.headers]);
  expect(read(limit - 6)).toEqual([true, 'value', null, []]);
  expect(read(400)).toEqual([true, '', null, []]);
});

test('a truncated record without a value has none', () => {
  const { original, limit } = fitting();
  const record = toDeadLetterRecord({ ...original, value: null }, refused, limit - 6);
  expect(fromDeadLetterRecord(record)).toMatchObject({ truncated: true, value: null });
});

test.each(['__dlq.errors.topic', '__dlq.errors.partition', '__dlq.errors.offset', 'dlq.reason'])(
  'a record without the header %s is not a dead letter',
  (name) => {
    const { headers, ...record } = toDeadLetterRecord({ key: null, value: null }, refused, 1_000);
    expect(fromDeadLetterRecord({ ...record, headers })).toBeDefined();
    const others = headers.filter(([own]) => own !== name);
    expect(fromDeadLetterRecord({ ...record, headers: others })).toBeUndefined();
  },
);

test('a dead letter may lack the other headers', () => {
  const headers = Object.entries({
    '__dlq.errors.topic': 't',
    '__dlq.errors.partition': '0',
    '__dlq.errors.offset': '1',
    'dlq.reason': 'not_json',
  });
  expect(fromDeadLetterRecord({ key: null, value: null, headers })?.origin).toEqual({
    topic: 't',
    partition: 0,
    offset: '1',
    reason: 'not_json',
    groupId: '',
    message: '',
    sqlstate: null,
    failedAt: '',
    redriveCount: 0,
  });
  expect(fromDeadLetterRecord({ key: null, value: null })).toBeUndefined();
});

test('the last redrive count header counts', () => {
  const headers = ['1', '2'].map((count) => ['dlq.redrive_count', count] as const);
  expect(redriveCountOf(headers)).toBe(2);
  expect([redriveCountOf(undefined), redriveCountOf([['dlq.redrive_count', null]])]).toEqual([0, 0]);
});

test.each([
  ['3', 3],
  ['999999', 999_999],
  ['-1', 0],
  ['1.5', 0],
  ['many', 0],
  ['3 times', 0],
  ['1000000', 0],
])('a redrive count header of %j is read as %d', (text, count) => {
  expect(redriveCountOf([['dlq.redrive_count', Buffer.from(text)]])).toBe(count);
});
