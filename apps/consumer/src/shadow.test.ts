import { type Batch, EventRows, type SourceRecord } from '@pipeline/db';
import type { Logger } from '@pipeline/runtime';
import { defineEvents, type EventDefinition, eventType, fields, Type } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { createShadow } from './shadow.ts';
import { createTestMetrics } from './testing/metrics.ts';

/** Visits whose members `a` to `g`, if they have any, are texts. */
const members = Object.fromEntries([...'abcdefg'].map((name) => [name, Type.Optional(Type.String())]));
const candidate = defineEvents({
  envelope: fields({ id: '/id', type: '/type', payload: '/data' }),
  types: [eventType('visit', Type.Object(members))],
});

/** A batch of visits with these payloads, from offset 10 on. */
function batchOf(...payloads: readonly string[]): Batch {
  const records = payloads.map((payload, index): SourceRecord => {
    const value = Buffer.from(`{"id":"${index}","type":"visit","data":${payload}}`);
    return { offset: String(10 + index), timestamp: '0', key: null, value };
  });
  const rows = EventRows.of(
    records.map((record) => ({
      eventId: `019ab3c1-0000-7000-8000-${record.offset.padStart(12, '0')}`,
      ...{ eventType: 'visit', eventTime: '2026-11-24T09:30:12Z', userId: null, payloadJson: '{}', record },
    })),
  );
  return { topic: 'events', partition: 2, nextOffset: 100n, rows, deadLetters: [] };
}

/** The shadow of a definition, its metrics, and what it logs. */
function createLogged(definition: EventDefinition = candidate) {
  const lines: unknown[][] = [];
  const logger = { warn: (...words: unknown[]) => void lines.push(words) } as unknown as Logger;
  const metrics = createTestMetrics();
  return { lines, metrics, shadow: createShadow(definition, {}, metrics, logger) };
}

test('nothing is logged or counted of events that the candidate accepts', async () => {
  const { shadow, lines, metrics } = createLogged();
  shadow(batchOf('{}', '{"a":"x"}'));
  expect([lines, (await metrics.shadowRejections.get()).values]).toEqual([[], []]);
});

test('rejections are counted, and logged by batch with the distinct problems', async () => {
  const { shadow, lines, metrics } = createLogged();
  shadow(batchOf('{"a":1}', '{}', '{"b":1}', '{"a":2}'));
  expect(lines).toEqual([
    [
      {
        ...{ topic: 'events', partition: 2, rejected: 3, offsets: ['10', '12', '13'] },
        details: ['/data/a must be string', '/data/b must be string'],
      },
      'the candidate definition would reject events (they are stored)',
    ],
  ]);
  expect((await metrics.shadowRejections.get()).values).toMatchObject([
    { value: 3, labels: { consumergroup: 'group', topic: 'events', reason: 'invalid_payload' } },
  ]);
});

test('five offsets and problems are logged of a batch', () => {
  const { shadow, lines } = createLogged();
  shadow(batchOf(...[...'abcdefg'].map((name) => `{"${name}":1}`)));
  expect(lines[0]?.[0]).toMatchObject({
    rejected: 7,
    offsets: ['10', '11', '12', '13', '14'],
    details: [...'abcde'].map((name) => `/data/${name} must be string`),
  });
});

test('a record that the candidate takes for no event is not rejected', () => {
  const noEvent = { ok: false, reason: null, message: 'is a tombstone', path: '', eventType: null } as const;
  const envelope = { ...candidate.envelope, open: () => noEvent };
  const { shadow, lines } = createLogged({ ...candidate, envelope });
  shadow(batchOf('{}'));
  expect(lines).toEqual([]);
});

test('events are decoded with the place and the limits of the consumer', () => {
  const seen: unknown[] = [];
  const open: EventDefinition['envelope']['open'] = (...all) => {
    seen.push(all.slice(1));
    return candidate.envelope.open(...all);
  };
  const logger = { warn: () => {} } as unknown as Logger;
  const definition = { ...candidate, envelope: { ...candidate.envelope, open } };
  createShadow(definition, { maxBytes: 9 }, createTestMetrics(), logger)(batchOf('{}'));
  expect(seen).toEqual([[{ topic: 'events', partition: 2 }, { maxBytes: 9 }]]);
});
