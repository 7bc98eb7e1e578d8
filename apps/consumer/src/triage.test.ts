import {
  createAccept,
  createDecoder,
  defineEvents,
  eventType,
  fields,
  shopEvents,
  Type,
} from '@pipeline/schema';
import { expect, test } from 'vitest';
import { type Decode, triage } from './triage.ts';

const event = {
  event_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11',
  event_type: 'page_view',
  event_time: '2026-11-24T09:30:12.345678Z',
  user_id: 'user-42',
  payload: { path: '/' },
};

function recordOf(offset: number, text: string) {
  const value = Buffer.from(text);
  return { offset: String(offset), timestamp: '0', encodedSize: value.length, key: null, value };
}

test('a batch has a row per event and a dead letter per rejection', () => {
  const good = recordOf(5, JSON.stringify(event));
  const bad = { ...recordOf(6, '{'), headers: [['dlq.redrive_count', '2']] as const };
  const records = [good, bad, recordOf(7, JSON.stringify({ ...event, payload: {} }))];
  const source = { topic: 'events', partition: 2, nextOffset: 9n, lastEpoch: 4, records };
  const reader = { commitOffsets: async () => {}, pausePartition: () => {} };
  const { rows, deadLetters, ...coordinates } = triage({ ...source, ...reader }, createDecoder(shopEvents));
  expect(coordinates).toEqual({ topic: 'events', partition: 2, nextOffset: 9n, lastEpoch: 4 });
  expect([...rows]).toEqual([
    {
      eventId: event.event_id,
      eventType: 'page_view',
      eventTime: event.event_time,
      userId: 'user-42',
      payloadJson: '{"path":"/"}',
      record: good,
    },
  ]);
  expect(deadLetters).toEqual([
    {
      record: bad,
      reason: 'not_json',
      eventType: null,
      detail: 'is not JSON',
      sqlstate: null,
      redriveCount: 2,
    },
    {
      record: records[2],
      reason: 'invalid_payload',
      eventType: 'page_view',
      detail: '/payload lacks the member path',
      sqlstate: null,
      redriveCount: 0,
    },
  ]);
});

test('a record that is no event by design is skipped, between two events', () => {
  const records = [recordOf(5, '1'), recordOf(6, '2'), recordOf(7, '3')];
  const decodeShop = createDecoder(shopEvents);
  const decoded: unknown[] = [];
  const decode: Decode = (record, place) => {
    decoded.push([record.offset, place]);
    if (record.offset === '6')
      return { ok: false, reason: null, message: 'tombstone', path: '', eventType: null };
    return decodeShop({ value: Buffer.from(JSON.stringify(event)) });
  };
  const batch = { topic: 'events', partition: 2, nextOffset: 8n, lastEpoch: 4, records };
  const reader = { commitOffsets: async () => {}, pausePartition: () => {} };
  const { rows, deadLetters } = triage({ ...batch, ...reader }, decode);
  expect(rows.records.map(({ offset }) => offset)).toEqual(['5', '7']);
  expect(deadLetters).toEqual([]);
  const place = { topic: 'events', partition: 2 };
  expect(decoded).toEqual(['5', '6', '7'].map((offset) => [offset, place]));
});

test('an event may have attributes and no user', () => {
  const definition = defineEvents({
    envelope: fields({ type: { constant: 'visit' }, payload: '/page' }),
    types: [eventType('visit', Type.String())],
  });
  const records = [recordOf(5, '{"page":"/","trace":1.50}')];
  const batch = { topic: 'events', partition: 2, nextOffset: 6n, lastEpoch: 4, records };
  const reader = { commitOffsets: async () => {}, pausePartition: () => {} };
  const { rows } = triage({ ...batch, ...reader }, createDecoder(definition));
  expect([...rows]).toMatchObject([{ userId: null, payloadJson: '"/"', attributesJson: '{"trace":1.50}' }]);
});

test('an accepted event is not decoded, and becomes the same row', () => {
  const other = { ...event, payload: {} };
  const records = [event, other, event].map((one, offset) => recordOf(offset, JSON.stringify(one)));
  const source = { topic: 'events', partition: 2, nextOffset: 3n, lastEpoch: 4, records };
  const batch = { ...source, commitOffsets: async () => {}, pausePartition: () => {} };
  const decoded: string[] = [];
  const decodeShop = createDecoder(shopEvents);
  const decode: Decode = (record, place) => {
    decoded.push(record.offset);
    return decodeShop(record, place);
  };
  const accepted = triage(batch, decode, createAccept(shopEvents));
  expect(decoded).toEqual(['1']);
  const whole = triage(batch, decode);
  expect([...accepted.rows]).toEqual([...whole.rows]);
  expect(accepted.deadLetters).toEqual(whole.deadLetters);
  const inPlace = records.map((record) => {
    const source = Buffer.concat([Buffer.from('{"'), record.value ?? '', Buffer.from('}')]);
    return { ...record, source, valueStart: 2, valueEnd: source.length - 1 };
  });
  expect([...triage({ ...batch, records: inPlace }, decode, createAccept(shopEvents)).rows]).toMatchObject(
    [...whole.rows].map(({ record: _, ...row }) => row),
  );
});
