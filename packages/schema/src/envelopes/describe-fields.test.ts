import { Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDecoder } from '../decode.ts';
import { defineEvents, eventType } from '../definition/define-events.ts';
import { toJsonSchema } from '../json-schema.ts';
import { toBytes } from '../testing/event-text.ts';
import { mappedDocument } from '../testing/mapped-document.ts';
import type { FieldMapping } from './field-source.ts';
import { fields } from './fields.ts';

function define(mapping: FieldMapping) {
  const types = ['order.placed', 'order.paid', '7'].map((name) => eventType(name, Type.Unknown()));
  return defineEvents({ envelope: fields(mapping), types });
}

const choices = fc.constantFrom('keep' as const, 'reject' as const);

test('the JSON Schema of a mapping accepts every record that the decoder accepts', () => {
  let accepted = 0;
  fc.assert(
    fc.property(mappedDocument, choices, ({ places, text }, otherMembers) => {
      // Ajv does not see a property of this name.
      fc.pre(places.time !== '/__proto__');
      const definition = define({ ...places, otherMembers });
      if (!createDecoder(definition)({ value: toBytes(text) }).ok) return;
      accepted++;
      const isEvent = new Ajv({ strictNumbers: false }).compile(toJsonSchema(definition));
      expect(isEvent(JSON.parse(text)), JSON.stringify(isEvent.errors)).toBe(true);
    }),
    { numRuns: 100 },
  );
  expect(accepted).toBeGreaterThan(15);
});

const mapping: FieldMapping = {
  id: '/meta/id',
  type: '/meta/type',
  time: { header: 'time' },
  user: '/user',
  payload: '/data',
  otherMembers: 'reject',
};
const right = { meta: { id: 7, type: 'order.placed' }, user: null, data: {} };

test.each<readonly [string, unknown]>([
  ['another type', { ...right, meta: { id: 7, type: 'order.lost' } }],
  ['no id', { ...right, meta: { type: 'order.placed' } }],
  ['an id that is an object', { ...right, meta: { ...right.meta, id: {} } }],
  ['no payload', { meta: right.meta }],
  ['a user that is an array', { ...right, user: [] }],
  ['another member', { ...right, more: 1 }],
  ['another member inside', { ...right, meta: { ...right.meta, more: 1 } }],
])('the JSON Schema of a mapping rejects a record with %s', (_, record) => {
  const isEvent = new Ajv().compile(toJsonSchema(define(mapping)));
  expect([isEvent(right), isEvent(record)]).toEqual([true, false]);
});
