import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordHeaders } from '../record.ts';
import {
  type DeadLetterOrigin,
  fromDeadLetterRecord,
  redriveCountOf,
  toDeadLetterRecord,
  toRedrivenRecord,
} from './dead-letter-record.ts';
import { bytesOfHeaders } from './publisher.ts';

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
    ['dlq.redrive_count', '1'],
    ['dlq.origin', 'events:2:41:1795512612345'],
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
        const { headers: sent = [], ...record } = toDeadLetterRecord(original, from, maxBytes);
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

test('a record without the headers is not a dead letter', () => {
  expect(fromDeadLetterRecord({ key: null, value: null })).toBeUndefined();
});

test.each([
  ['3', 3],
  ['-1', 0],
  ['many', 0],
  ['99999999999', 0],
])('a redrive count header of %j is read as %d', (text, count) => {
  expect(redriveCountOf([['dlq.redrive_count', Buffer.from(text)]])).toBe(count);
});
