import { Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDecoder } from '../decode.ts';
import { defineEvents, eventType } from '../definition/define-events.ts';
import { toJsonSchema } from '../json-schema.ts';
import { toBytes } from '../testing/event-text.ts';
import { mappedDocument } from '../testing/mapped-document.ts';
import { describeFields } from './describe-fields.ts';
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

const meta = { id: 7, type: 'order.placed' };
const byPath: FieldMapping = { type: '/type', payload: '', otherMembers: 'reject' };

/** Each with records that the JSON Schema accepts, and others that it rejects. */
test.each<readonly [string, FieldMapping, type: string, right: readonly object[], wrong: readonly object[]]>([
  [
    'ids and users',
    mapping,
    'order.placed',
    [
      right,
      { meta, data: 1 },
      { ...right, user: 'u' },
      { ...right, user: 4.5 },
      { ...right, meta: { ...meta, id: 'a' } },
    ],
    [
      ...['', 'x'.repeat(257), true].map((user) => ({ ...right, user })),
      ...['', null, true, []].map((id) => ({ ...right, meta: { ...meta, id } })),
    ],
  ],
  [
    'times',
    { ...mapping, time: '/meta/at' },
    'order.placed',
    ['2026', 7].map((at) => ({ ...right, meta: { ...meta, at } })),
    [right, ...['', null].map((at) => ({ ...right, meta: { ...meta, at } }))],
  ],
  [
    'members outside the mapping that are kept',
    { ...mapping, otherMembers: 'keep' },
    'order.placed',
    [right, { ...right, more: 1 }, { ...right, meta: { ...meta, more: 1 } }],
    [{ ...right, meta: { ...meta, id: {} } }],
  ],
  [
    'a constant type and no id',
    { type: { constant: 'a' }, payload: '/data', otherMembers: 'reject' },
    'a',
    [{ data: 1 }],
    [{}, { data: 1, more: 1 }],
  ],
  ['a type that is a number', byPath, '7', [{ type: '7' }, { type: 7 }], [{ type: 'a' }, {}]],
  ['a type that is a negative number', byPath, '-7', [{ type: '-7' }, { type: -7 }], [{ type: '7' }]],
  ['a type that ends with a number', byPath, 'a-7', [{ type: 'a-7' }], [{ type: -7 }, { type: 7 }]],
  [
    'the whole document as the payload',
    { ...byPath, id: '/id' },
    'a',
    [{ type: 'a', id: 1, more: 1 }],
    [{ type: 'a' }],
  ],
  [
    'an id in the payload',
    { id: '/data/id', type: '/type', payload: '/data', otherMembers: 'reject' },
    'a',
    [{ type: 'a', data: { id: 1, more: 1 } }],
    [
      { type: 'a', data: {} },
      { type: 'a', data: { id: 1 }, more: 1 },
    ],
  ],
  [
    'an id in an array',
    { id: '/list/10', user: '/list/name', type: '/type', payload: '/data', otherMembers: 'reject' },
    'a',
    [
      { type: 'a', list: [], data: 1 },
      { type: 'a', list: {}, data: 1 },
    ],
    [{ type: 'a', data: 1 }],
  ],
  [
    'ids by names that have digits',
    { id: '/list/1a', user: '/list/a1', type: '/type', payload: '/data' },
    'a',
    [{ type: 'a', list: { '1a': 1 }, data: 1 }],
    [
      { type: 'a', list: {}, data: 1 },
      { type: 'a', list: { '1a': 1, a1: [] }, data: 1 },
    ],
  ],
])('the JSON Schema of a mapping describes %s', (_, by, type, accepted, rejected) => {
  const isEvent = new Ajv({ strictTypes: false }).compile(describeFields(by, type, Type.Unknown()));
  expect([...accepted, ...rejected].filter((record) => isEvent(record))).toEqual(accepted);
});

test('the JSON Schema of a mapping has the schema of the payload', () => {
  const payload = Type.Object({ path: Type.String({ pattern: '^/$' }) });
  for (const by of [mapping, { ...mapping, payload: '' }]) {
    const isEvent = new Ajv().compile(describeFields(by, 'order.placed', payload));
    const write = (path: unknown) => (by === mapping ? { ...right, data: { path } } : { ...right, path });
    expect(['/', '/\n', 1].map((path) => isEvent(write(path)))).toEqual([true, false, false]);
  }
});
