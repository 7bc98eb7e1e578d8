import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptOrdinary, ordinaryRow, toRecord } from '../../testing/accepted-rows.ts';
import { row } from '../../testing/batches.ts';
import {
  type EventFields,
  maxAcceptedLength,
  maxRowLength,
  readCounted,
  readEventMilliseconds,
  readRow,
  writeAccepted,
  writeEventTime,
  writeRow,
} from './event-bytes.ts';

/** Space before a row, and after the length that is reserved for it. */
const MARGIN = 3;

/** The bytes of a row, which must be within the reserved length. */
function encode(length: number, write: (target: Buffer, start: number) => number): Buffer {
  const target = Buffer.alloc(MARGIN + length + MARGIN, '#');
  const end = write(target, MARGIN);
  expect(String(target.subarray(0, MARGIN))).toBe('###');
  expect(String(target.subarray(MARGIN + length))).toBe('###');
  return target.subarray(MARGIN, end);
}

function encodeRow(fields: EventFields): Buffer {
  const [id, time] = [fields.eventId, fields.eventTime].map((text) => Buffer.from(text)) as [Buffer, Buffer];
  return encode(maxRowLength(fields), (target, start) => {
    writeEventTime(target, start, time, 0, time.length);
    return writeRow(target, start, id, fields);
  });
}

function encodeAccepted(fields: EventFields): Buffer {
  const event = acceptOrdinary(toRecord(fields));
  if (event === undefined) throw new Error('the event is not accepted');
  const bytes = encode(maxAcceptedLength(event), (target, start) => {
    writeEventTime(target, start, event.bytes, event.timeStart, event.timeEnd);
    return writeAccepted(target, start, event);
  });
  expect(maxAcceptedLength(event) - bytes.length).toBeLessThanOrEqual(2);
  return bytes;
}

test('a row is six fields after their lengths, in the binary forms of Postgres', () => {
  const [eventId, eventTime] = ['019ab3c1-0000-7000-8000-0000000000fF', '2000-01-01T00:00:00.000002Z'];
  const texts = { eventType: 'é', userId: null, payloadJson: '{"a":"\\n"}', attributesJson: '{\n}' };
  const bytes = [
    ...['\0\x06', '\0\0\0\x10', '\x01\x9a\xb3\xc1\0\0\x70\0\x80\0\0\0\0\0\0\xff'],
    ...['\0\0\0\x08', '\0\0\0\0\0\0\0\x02', '\0\0\0\x02', '\xc3\xa9', '\xff\xff\xff\xff'],
    ...['\0\0\0\x0b', '\x01{"a":"\\n"}', '\0\0\0\x04', '\x01{\n}'],
  ];
  expect(encodeRow({ eventId, eventTime, ...texts }).toString('latin1')).toBe(bytes.join(''));
});

test('an ordinary event is accepted as the row of its texts', () => {
  fc.assert(
    fc.property(ordinaryRow, (fields) => {
      expect(encodeAccepted(fields).toString('hex')).toBe(encodeRow(fields).toString('hex'));
    }),
  );
});

test('the room for an event without a user does not depend on the record before', () => {
  const { record: _, ...fields } = row(0, { eventType: 'a' });
  const long = Buffer.concat([Buffer.alloc(100_000, ' '), toRecord(fields)]);
  expect(acceptOrdinary(long, 100_000)?.userEnd).toBeGreaterThan(100_000);
  expect(encodeAccepted({ ...fields, userId: null }).length).toBeLessThan(200);
  const event = acceptOrdinary(toRecord({ ...fields, userId: null }));
  expect(event === undefined ? 0 : maxAcceptedLength(event)).toBeLessThan(200);
});

const text = fc.string({ unit: fc.constantFrom('a', '\t', '\\', '\n', '\0', 'é', '𝄞'), maxLength: 300 });
const fields = fc.record({
  eventType: text,
  userId: fc.option(text),
  payloadJson: text,
  attributesJson: fc.option(text, { nil: undefined }),
});

test('any texts can be read back', () => {
  fc.assert(
    fc.property(fields, fc.nat(9), (change, start) => {
      const { record: _, ...all } = row(0, change);
      const bytes = Buffer.concat([Buffer.alloc(start), encodeRow(all)]);
      expect(readRow(bytes, start)).toEqual(all);
      expect(readCounted(bytes, start)).toEqual([all.eventType, Date.parse('2026-11-24T09:30Z') / 60_000]);
      expect(readEventMilliseconds(bytes, start)).toBe(Date.parse('2026-11-24T09:30:12.345Z'));
    }),
  );
});

test.each(['x'.repeat(70_000), 'é'.repeat(70_000)])('a field may be longer than 64 KiB', (long) => {
  const { record: _, ...all } = row(0, { userId: long, payloadJson: `"${long}${long.repeat(300)}"` });
  const bytes = encodeRow(all);
  expect(bytes.length).toBeGreaterThan(300 * 70_000);
  expect(readRow(bytes, 0)).toEqual({ ...all, attributesJson: undefined });
});
