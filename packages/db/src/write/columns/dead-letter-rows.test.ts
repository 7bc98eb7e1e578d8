import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
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

test('a record without headers has an empty object', () => {
  const [row] = readRows(deadLetterRows(batchOf([], [deadLetter(0)]), null));
  expect(String(row?.['headers'])).toBe('\u0001{}');
});

test('a time beyond those of Postgres is the last that it can store', () => {
  const record = { offset: '0', timestamp: '9223372036854775807', key: null, value: null };
  const [row] = readRows(deadLetterRows(batchOf([], [deadLetter(0, { record })]), null));
  const since1970 = 9_200_000_000_000_000_000n;
  expect(row?.['source_timestamp']?.readBigInt64BE()).toBe(since1970 - 946_684_800_000_000n);
});

test.each<Partial<DeadLetter>>([
  { reason: 'not_utf8' },
  { eventType: 'page_view' },
  { detail: 'is not UTF-8' },
  { sqlstate: '22P05' },
  { redriveCount: 1 },
])('a dead letter that differs from the one before in %j alone has its own error', (change) => {
  const rows = readRows(
    deadLetterRows(batchOf([], [deadLetter(0), deadLetter(1, change), deadLetter(2)]), null),
  );
  const errors = rows.map((row) => ({
    reason: String(row['reason']),
    eventType: row['event_type'] && String(row['event_type']),
    detail: String(row['detail']),
    sqlstate: row['sqlstate'] && String(row['sqlstate']),
    redriveCount: row['redrive_count']?.readInt32BE(),
  }));
  const usual = { reason: 'not_json', eventType: null, detail: 'not JSON', sqlstate: null, redriveCount: 0 };
  expect(errors).toEqual([usual, { ...usual, ...change }, usual]);
});
