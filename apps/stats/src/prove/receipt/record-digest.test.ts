import type { KafkaRecord, RecordHeaders } from '@pipeline/kafka';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordDigest } from './record-digest.ts';

const bytes = fc.option(fc.uint8Array({ maxLength: 4 }).map((all) => Buffer.from(all)));
const headers: fc.Arbitrary<RecordHeaders> = fc.array(fc.tuple(fc.string({ maxLength: 2 }), bytes), {
  maxLength: 2,
});
const record: fc.Arbitrary<KafkaRecord> = fc.record({
  encodedSize: fc.constant(0),
  offset: fc.nat(9).map(String),
  timestamp: fc.nat(9).map(String),
  key: bytes,
  value: bytes,
  headers,
});
const records = fc.array(record, { maxLength: 20 });

function digestOf(all: readonly KafkaRecord[]): string {
  const digest = new RecordDigest();
  for (const one of all) digest.add(one);
  return String(digest);
}

test('a digest does not depend on the order of the records', () => {
  const shuffled = records.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([all, others]) => {
      expect(digestOf(others)).toBe(digestOf(all));
    }),
  );
});

test('the digest of a range is the sum of those of its parts, also of saved ones', () => {
  fc.assert(
    fc.property(records, fc.nat(20), (all, at) => {
      const sum = RecordDigest.from(digestOf(all.slice(0, at)));
      sum.addAll(RecordDigest.from(digestOf(all.slice(at))));
      expect(String(sum)).toBe(digestOf(all));
    }),
  );
});

test('different records have different digests', () => {
  const toText = ({ headers, ...one }: KafkaRecord) =>
    JSON.stringify([one, headers?.map(([name, value]) => [name, value])]);
  fc.assert(
    fc.property(record, record, (one, other) => {
      expect(digestOf([one]) === digestOf([other])).toBe(toText(one) === toText(other));
    }),
  );
});

test('a repeated record counts twice, and a sum that overflows carries', () => {
  const empty = { encodedSize: 0, offset: '0', timestamp: '0', key: null, value: null };
  expect(digestOf([empty, empty])).not.toBe(digestOf([empty]));
  const sum = RecordDigest.from('0'.repeat(23) + '1'.repeat(9));
  sum.addAll(RecordDigest.from('f'.repeat(32)));
  expect(String(sum)).toBe(`${'0'.repeat(23)}111111110`);
});
