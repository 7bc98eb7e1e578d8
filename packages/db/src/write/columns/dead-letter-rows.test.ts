import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchOf, deadLetter } from '../../testing/batches.ts';
import { deadLetterColumns, deadLetterRows } from './dead-letter-rows.ts';

const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** Reads rows of COPY's binary format, as objects of fields by column. */
function readRows(bytes: Buffer): readonly Readonly<Record<string, Buffer | null>>[] {
  expect(bytes.subarray(0, HEADER.length)).toEqual(HEADER);
  const rows = [];
  let at = HEADER.length;
  const readField = () => {
    const length = bytes.readInt32BE(at);
    at += 4 + Math.max(0, length);
    return length < 0 ? null : bytes.subarray(at - length, at);
  };
  while (bytes.readInt16BE(at) === deadLetterColumns.length) {
    at += 2;
    rows.push(Object.fromEntries(deadLetterColumns.map((column) => [column, readField()])));
  }
  expect(bytes.subarray(at).toString('hex')).toBe('ffff');
  return rows;
}

const bytes = fc.option(fc.uint8Array({ maxLength: 1_000 }).map(Buffer.from), { nil: null });
const error = fc.record({
  eventType: fc.constantFrom(null, 'page_view', ''),
  detail: fc.constantFrom('is not JSON', 'é\n'),
  sqlstate: fc.constantFrom(null, '22P05'),
  redriveCount: fc.nat(9),
});

test('each dead letter has its own bytes and its own error', () => {
  const one = fc.record({ key: bytes, value: bytes, error });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1 }), (all) => {
      const deadLetters = all.map(({ error, ...record }, index) =>
        deadLetter(index, { ...error, record: { offset: String(index), timestamp: '0', ...record } }),
      );
      const rows = readRows(deadLetterRows(batchOf([], deadLetters), null));
      expect(rows.map(({ key, value }) => ({ key, value }))).toEqual(
        all.map(({ key, value }) => ({ key, value })),
      );
      const text = (field: Buffer | null | undefined) => field && String(field);
      expect(
        rows.map((row) => ({
          eventType: text(row['event_type']),
          detail: text(row['detail']),
          sqlstate: text(row['sqlstate']),
          redriveCount: row['redrive_count']?.readInt32BE(),
        })),
      ).toEqual(all.map(({ error }) => error));
    }),
  );
});

test('a row has its position, time and headers in the binary forms of Postgres', () => {
  const record = {
    offset: '9007199254740993',
    timestamp: '946684800001',
    key: null,
    value: null,
    headers: [['a', 'b']],
  } as const;
  const batch = batchOf([], [deadLetter(0, { record })], 2);
  const [row] = readRows(deadLetterRows(batch, '0198c5b0-7c1e-7000-8000-00000000000f'));
  expect(String(row?.['source_topic'])).toBe('events');
  expect(row?.['source_partition']?.readInt32BE()).toBe(2);
  expect(row?.['source_topic_id']?.toString('hex')).toBe('0198c5b07c1e7000800000000000000f');
  expect(row?.['source_offset']?.readBigInt64BE()).toBe(9_007_199_254_740_993n);
  expect(row?.['source_timestamp']?.readBigInt64BE()).toBe(1_000n);
  expect(String(row?.['headers'])).toBe('\u0001{"a":"b"}');
});
