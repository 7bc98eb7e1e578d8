import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { expect, test } from 'vitest';
import { defineEvents, eventType } from '../definition/define-events.ts';
import { fields } from '../envelopes/fields.ts';
import { decoderOf, defineTypes } from '../testing/define-types.ts';
import { toBytes } from '../testing/event-text.ts';
import { keptEvents } from './kept-events.ts';

test('the events kept for a release are deterministic', () => {
  const file = join(import.meta.dirname, '../../released/1.0.0/purchase.ndjson');
  expect(`${keptEvents('purchase').join('\n')}\n`).toBe(readFileSync(file, 'utf8'));
});

test('a release keeps twenty events of a type without handwritten samples', () => {
  const types = {
    refund: Type.Object({
      order_id: Type.String({ minLength: 3 }),
      cents: Type.Integer({ minimum: 1 }),
      rate: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      lines: Type.Array(Type.Object({ note: Type.Union([Type.String(), Type.Null()]) }), { minItems: 1 }),
    }),
  };
  const decode = decoderOf(types);
  const texts = keptEvents('refund', defineTypes(types));
  expect(texts).toHaveLength(20);
  expect(texts.filter((text) => !decode(toBytes(text)).ok)).toEqual([]);
});

test('a type that no event can match throws instead of looping', () => {
  const types = { never: Type.Object({ note: Type.Never() }) };
  expect(() => keptEvents('never', defineTypes(types))).toThrow('events of type never');
});

test("kept events are written in the definition's envelope", () => {
  const definition = defineEvents({
    envelope: fields({ id: '/id', type: '/t', time: '/at', payload: '/p' }),
    types: [eventType('order.placed', Type.Object({ cents: Type.Integer() }))],
  });
  const texts = keptEvents('order.placed', definition);
  expect(texts).toHaveLength(20);
  expect(Object.keys(JSON.parse(texts[0] ?? '')).sort()).toEqual(['at', 'id', 'p', 't']);
});
