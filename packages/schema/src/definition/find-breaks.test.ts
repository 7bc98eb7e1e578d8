import { Type } from '@sinclair/typebox';
import { expect, test } from 'vitest';
import { fields } from '../envelopes/fields.ts';
import { defineEvents, eventType } from './define-events.ts';
import { findDefinitionBreaks } from './find-breaks.ts';

const amount = Type.Object({ amount: Type.Number() });
const placed = eventType('order.placed', amount);
const paid = eventType('order.paid', amount);
const before = defineEvents({ envelope: fields({ id: '/id', type: '/t' }), types: [placed] });

test('new types and optional members break nothing', () => {
  const extended = Type.Object({ amount: Type.Number(), note: Type.Optional(Type.String()) });
  const after = defineEvents({
    envelope: fields({ type: '/t', id: { pointer: '/id' }, user: '/user' }),
    types: [eventType('order.placed', extended), paid],
  });
  expect([...findDefinitionBreaks(before, after)]).toEqual([]);
});

test('a removed type, a changed payload and another id rule are breaking changes', () => {
  const both = defineEvents({ envelope: fields({ id: '/id', type: '/t' }), types: [placed, paid] });
  const narrowed = eventType('order.placed', Type.Object({ amount: Type.Integer() }));
  const after = defineEvents({ envelope: fields({ type: '/t' }), types: [narrowed] });
  expect([...findDefinitionBreaks(both, after)]).toEqual([
    'the rule of event ids changed from ["id","/id",null] to ["record"]',
    'order.placed payload/amount: type changed from "number" to "integer"',
    'order.paid was removed or renamed',
  ]);
});
