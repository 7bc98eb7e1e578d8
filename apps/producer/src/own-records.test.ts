import {
  createDecoder,
  defineEvents,
  type Envelope,
  type EventDefinition,
  eventType,
  fields,
  nativeEnvelope,
  Type,
} from '@pipeline/schema';
import { expect, test } from 'vitest';
import { createSimulation } from './simulate.ts';

const NOW = Date.UTC(2026, 10, 24, 9, 30);

const types = [
  eventType('order.placed', Type.Object({ id: Type.String(), amount: Type.Number({ minimum: 1 }) })),
  eventType('order.paid', Type.Object({ by: Type.Union([Type.Literal('card'), Type.Literal('cash')]) })),
] as const;

const mapping = {
  id: '/meta/id',
  type: '/meta/type',
  time: '/meta/at',
  user: '/meta/user',
  payload: '/data',
};

const definitions = {
  native: defineEvents({ types }),
  fields: defineEvents({ envelope: fields(mapping), types }),
};

function makeRecords(definition: EventDefinition, invalid = 0) {
  const simulation = createSimulation(7, { invalid, duplicate: 0 }, definition);
  return Array.from({ length: 200 }, (_, index) => simulation.next(NOW + index));
}

test.each(Object.entries(definitions))('events of a definition with %s are valid', (_, definition) => {
  const decode = createDecoder(definition);
  const results = makeRecords(definition).map((record) => decode({ ...record, headers: [] }));
  const events = results.flatMap((result) => (result.ok ? [result.event] : []));
  expect(events).toHaveLength(200);
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(200);
  expect(new Set(events.map(({ event_type }) => event_type))).toEqual(
    new Set(['order.placed', 'order.paid']),
  );
  expect(events[5]?.event_time).toBe('2026-11-24T09:30:00.005Z');
});

test('payloads differ as far as their schema allows', () => {
  const payloads = makeRecords(definitions.native).map(({ value }) => JSON.parse(String(value)).payload);
  const ways = new Set(payloads.map(({ by }) => by).filter(Boolean));
  expect(ways).toEqual(new Set(['card', 'cash']));
  expect(new Set(payloads.map(({ id }) => id)).size).toBeGreaterThan(50);
});

test('alternatives without an example are left out', () => {
  const secret = Type.String({ pattern: '^(a)\\1$' });
  const odd = defineEvents({
    types: [eventType('odd', Type.Object({ by: Type.Union([Type.Literal('card'), secret]) }))],
  });
  const payloads = makeRecords(odd).map(({ value }) => JSON.parse(String(value)).payload);
  expect(new Set(payloads.map(({ by }) => by))).toEqual(new Set(['card']));
});

test('invalid records are rejected', () => {
  const decode = createDecoder(definitions.fields);
  const rejected = makeRecords(definitions.fields, 0.1).filter(
    (record) => !decode({ ...record, headers: [] }).ok,
  );
  expect(rejected).toHaveLength(20);
});

test('an envelope that cannot be written is a usage error', () => {
  const { encode, ...unwritable }: Envelope<string> = nativeEnvelope();
  const definition = defineEvents({ envelope: unwritable, types });
  expect(() => createSimulation(7, { invalid: 0, duplicate: 0 }, definition)).toThrow(
    expect.objectContaining({ code: 2, message: 'events of the native envelope cannot be simulated' }),
  );
});
