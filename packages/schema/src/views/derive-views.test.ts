import * as Type from '@sinclair/typebox/type';
import { expect, test } from 'vitest';
import { DefinitionError, defineEvents, eventType } from '../definition/define-events.ts';
import { shopEvents } from '../definition/shop-events.ts';
import { dateTime } from '../time/date-time-schema.ts';
import { deriveViews } from './derive-views.ts';

/** The columns of the members of a payload with this schema, each as `NAME TYPE`. */
function columnsOf(payload: object): readonly string[] {
  const [view] = deriveViews({ types: { one: Type.Unsafe(payload) } });
  return (
    view?.columns.filter(({ member }) => member !== null).map(({ name, type }) => `${name} ${type}`) ?? []
  );
}

/** The type of the column of a member with this schema. */
function typeOf(member: unknown, others: object = {}): string | undefined {
  const [column = ''] = columnsOf({ type: 'object', properties: { a: member }, ...others });
  return column.split(' ')[1];
}

/** Schemas of which each refers to the next one several times, as those of a shared base do. */
function chain(levels: number, last: object): object {
  const next = (level: number) => ({ $ref: `#/$defs/level${level + 1}` });
  const names = Array.from({ length: levels }, (_, level) => [
    `level${level}`,
    { oneOf: [next(level), next(level)], allOf: [next(level), next(level)] },
  ]);
  return { ...Object.fromEntries(names), [`level${levels}`]: last };
}

function problemsOf(...types: Parameters<typeof eventType>[]): readonly string[] {
  try {
    defineEvents({ types: types.map((one) => eventType(...one)) });
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.problems;
  }
}

test('each built-in type has a view with the columns of raw_events and its members', () => {
  const views = deriveViews(shopEvents);
  const names = views.map(({ name, eventType: type }) => [name, type]);
  expect(names).toEqual(Object.keys(shopEvents.types).map((type) => [`event_${type}`, type]));
  expect(views[2]?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'event_id uuid',
    'event_type text',
    'event_time timestamptz',
    'user_id text',
    'attributes jsonb',
    'ingested_at timestamptz',
    'payload jsonb',
    'product_id text',
    'quantity bigint',
    'price numeric',
  ]);
});

test.each<readonly [string, unknown]>([
  ['text', { type: 'string', format: 'email' }],
  ['text', { type: ['null', 'string'] }],
  ['text', { enum: ['a', 'b', null] }],
  ['text', { const: 'a' }],
  ['text', Type.Union([Type.Literal('a'), Type.Literal('b')])],
  ['text', { anyOf: [{ type: 'string' }, { type: 'string', format: 'date-time' }] }],
  ['text', { allOf: [{ type: 'string' }, { type: 'string' }] }],
  ['text', { allOf: [{ type: 'string' }, {}] }],
  ['text', { allOf: [true, { type: 'string' }] }],
  ['text', { allOf: [{ format: 'date-time' }, { type: 'string' }] }],
  ['timestamptz', { type: 'string', format: 'date-time' }],
  ['timestamptz', { oneOf: [{ type: 'string' }, { type: 'null' }], format: 'date-time' }],
  ['timestamptz', Type.Union([dateTime(), Type.Null()])],
  ['bigint', { type: 'integer', maximum: 1e40 }],
  ['bigint', { enum: [1, 2] }],
  ['bigint', { type: 'integer', format: 'date-time' }],
  ['bigint', { type: 'integer', $ref: 7 }],
  ['bigint', { allOf: [{ anyOf: [{ type: 'string' }, {}] }, { type: 'integer' }] }],
  ['bigint', { allOf: [{ type: 'number' }, { type: 'integer' }] }],
  ['numeric', { type: 'number' }],
  ['numeric', { type: ['integer', 'number', 'null'] }],
  ['numeric', { const: 0.5 }],
  ['numeric', { type: 'number', enum: [1, 2] }],
  ['numeric', { anyOf: [{ type: 'integer' }, { type: 'number' }] }],
  ['boolean', { type: 'boolean' }],
  ['boolean', { enum: [true, false] }],
  ['jsonb', { type: 'array' }],
  ['jsonb', { type: 'object', properties: { b: { type: 'string' } } }],
  ['jsonb', { type: ['string', 'integer'] }],
  ['jsonb', { anyOf: [{ type: 'string' }, {}] }],
  ['jsonb', { enum: ['a', { b: 1 }] }],
  ['jsonb', { format: 'date-time' }],
  ['jsonb', { type: ['string', 'integer'], format: 'date-time' }],
  ['jsonb', { type: 'null' }],
  ['jsonb', { allOf: [{ type: 'string' }, { type: 'integer' }] }],
  ['jsonb', { $ref: '#/$defs/nowhere' }],
  ['jsonb', true],
  ['jsonb', false],
  ['jsonb', null],
])('a column is %s if the schema of its member is %j', (expected, member) => {
  expect(typeOf(member)).toBe(expected);
});

test.each<readonly [string, string, object]>([
  ['a pointer', '#/$defs/a~1b%20c', { $defs: { 'a/b c': { type: 'integer' } } }],
  ['an anchor', '#id', { $defs: { one: { $anchor: 'id', type: 'integer' } } }],
  ['an anchor of draft-07', '#id', { definitions: { one: { $id: '#id', type: 'integer' } } }],
  ['a name', 'Id', { $defs: { one: { $id: 'Id', type: 'integer' } } }],
  [
    'a URL',
    'https://a.example/x#/$defs/id',
    { $id: 'https://a.example/x', $defs: { id: { type: 'integer' } } },
  ],
  ['a pointer with ~0', '#/$defs/a~0b', { $defs: { 'a~b': { type: 'integer' } } }],
  ['a pointer that is not percent-encoded', '#/$defs/a%', { $defs: { 'a%': { type: 'integer' } } }],
  ['an anchor that a URL would encode', '#é', { $defs: { one: { $anchor: 'é', type: 'integer' } } }],
  [
    'an anchor under the name of a keyword',
    '#id',
    { $defs: { default: { $anchor: 'id', type: 'integer' } } },
  ],
  ['a dynamic anchor', '#id', { $defs: { one: { $dynamicAnchor: 'id', type: 'integer' } } }],
  ['an anchor in a list', '#id', { allOf: [{ $anchor: 'id', type: 'integer' }] }],
  ['a name with an empty fragment', 'Id#', { $defs: { one: { $id: 'Id', type: 'integer' } } }],
  ['a name by another path', './x/../Id', { $defs: { one: { $id: 'Id', type: 'integer' } } }],
  [
    'a name that two have',
    'Id',
    { $defs: { one: { $id: 'Id', type: 'integer' }, two: { $id: 'Id', type: 'string' } } },
  ],
  [
    'a name next to one that is no text',
    'Id',
    { $defs: { one: { $id: 7 }, two: { $id: 'Id', type: 'integer' } } },
  ],
  ['a URN', '#/$defs/id', { $id: 'urn:a:b', $defs: { id: { type: 'integer' } } }],
  [
    'a relative URL',
    'id.json',
    { $id: 'https://a.example/x', $defs: { one: { $id: '/id.json', type: 'integer' } } },
  ],
])('a reference is followed: %s', (_, $ref, others) => {
  expect(typeOf({ $ref }, others)).toBe('bigint');
  expect(typeOf({ $dynamicRef: $ref }, others)).toBe('bigint');
});

test.each<readonly [string, object]>([
  ['nowhere', {}],
  ['nowhere#/a', {}],
  ['nowhere', { $id: 'urn:a:b' }],
  ['#undefined', { type: 'integer' }],
  ['#/default/a', { default: null }],
  ...['const', 'enum', 'default', 'examples'].map(
    (keyword) => ['Id', { [keyword]: { $id: 'Id', type: 'integer' } }] as const,
  ),
])('the reference %s leads nowhere in %j', ($ref, others) => {
  expect(typeOf({ $ref }, others)).toBe('jsonb');
});

test('a reference is relative to the name of the schema that it is in', () => {
  const one = { $id: '/dir/one', properties: { a: { $ref: 'two' } } };
  const two = { $id: '/dir/two', type: 'integer' };
  expect(columnsOf({ $id: 'https://a.example/x', $ref: '/dir/one', $defs: { one, two } })).toEqual([
    'a bigint',
  ]);
});

test('a schema that refers to itself ends', () => {
  expect(typeOf({ $ref: '#/properties/a' })).toBe('jsonb');
  expect(columnsOf({ $ref: '#', properties: { a: { type: 'string' } } })).toEqual(['a text']);
  const tree = Type.Recursive((self) => Type.Object({ name: Type.String(), next: Type.Optional(self) }));
  expect(columnsOf(tree)).toEqual(['name text', 'next jsonb']);
});

test('members are found in every schema that describes the payload, each once', () => {
  const payload = {
    allOf: [{ properties: { b: { type: 'integer' }, c: { type: 'string' } } }],
    $ref: '#/$defs/base',
    properties: { b: { type: 'number' }, kind: { type: 'string' } },
    oneOf: [
      { properties: { kind: { const: 1 }, card: { type: 'string' }, at: { type: 'string' } } },
      { properties: { iban: { type: 'string' }, at: { type: 'integer' } } },
    ],
    if: { properties: { never: {} } },
    // A literal with a member `then` could be taken for a promise.
    ...JSON.parse('{"then":{"properties":{"fitting":{"type":"number"}}}}'),
    else: { properties: { more: { type: 'boolean' } } },
    dependentSchemas: { kind: { properties: { deep: { type: 'array' } } } },
    $defs: { base: { properties: { a: { type: 'string' } } } },
  };
  expect(columnsOf(payload)).toEqual([
    ...['b bigint', 'kind text', 'a text', 'c text', 'card text', 'at jsonb', 'iban text'],
    ...['fitting numeric', 'more boolean', 'deep jsonb'],
  ]);
});

test.each([{ type: 'string' }, { type: 'array', items: {} }, {}, [], { properties: [{ type: 'string' }] }])(
  'a payload of %j has no members',
  (payload) => {
    expect(columnsOf(payload)).toEqual([]);
  },
);

test('a member that no row can have gets no column', () => {
  expect(columnsOf({ properties: { 'a\0': {}, '\ud800': {}, b: {} } })).toEqual(['b jsonb']);
});

test('a member with the name of an envelope or system column becomes payload_NAME', () => {
  const properties = { event_id: { type: 'integer' }, payload: {}, xmin: {}, event: { type: 'string' } };
  expect(columnsOf({ properties })).toEqual([
    'payload_event_id bigint',
    'payload_payload jsonb',
    'payload_xmin jsonb',
    'event text',
  ]);
});

test.each(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])(
  'the column of the member %s has another name than the system column',
  (name) => {
    expect(columnsOf({ properties: { [name]: { type: 'string' } } })).toEqual([`payload_${name} text`]);
  },
);

test('a member has the first description and column name of all that declare it', () => {
  const later = { description: 'the a', title: 'another', 'x-column': 'b' };
  const payload = {
    allOf: [{}, { title: 'An order' }],
    properties: { a: { 'x-column': 7 } },
    oneOf: [{}],
    $ref: '#/$defs/one',
    $defs: { one: { properties: { a: later } } },
  };
  const [view] = deriveViews({ types: { one: Type.Unsafe(payload) } });
  expect(view?.description).toBe('An order');
  expect(view?.columns.at(-1)).toEqual({ name: 'b', type: 'jsonb', member: 'a', description: 'the a' });
});

test('descriptions come from the schema, a title, or the referenced schema', () => {
  const [view] = deriveViews({
    types: {
      one: Type.Unsafe({
        title: 'An order',
        properties: { a: { description: 'the a\0\ud800' }, b: { $ref: '#/$defs/b' }, c: {} },
        $defs: { b: { title: 'the b' } },
      }),
    },
  });
  expect(view?.description).toBe('An order');
  const described = view?.columns.filter(({ member }) => member).map(({ description }) => description);
  expect(described).toEqual(['the a\ufffd', 'the b', null]);
});

test('a view has the name of its type in lower case, other characters as _', () => {
  const types = { 'com.shop/Order:Placed': Type.Object({}), 'é😀': Type.Object({}) };
  const names = deriveViews({ types });
  expect(names.map(({ name }) => name)).toEqual(['event_com_shop_order_placed', 'event___']);
});

test('the definition or the schema may name a view, and the schema a column', () => {
  const schema = Type.Object({ a: Type.String({ 'x-column': 'b' }) }, { 'x-view': 'orders' });
  const [own, other] = deriveViews(
    defineEvents({ types: [eventType('a', schema), eventType('b', schema, { view: 'Others' })] }),
  );
  expect([own?.name, other?.name]).toEqual(['orders', 'Others']);
  expect(own?.columns.at(-1)).toMatchObject({ name: 'b', member: 'a' });
});

test('a name of a view or column that is no text is none', () => {
  const [view] = deriveViews({
    types: { a: Type.Object({ b: Type.String({ 'x-column': 7 }) }, { 'x-view': 7 }) },
  });
  expect([view?.name, view?.columns.at(-1)?.name]).toEqual(['event_a', 'b']);
});

test('names that collide, are too long or are none are refused, all at once', () => {
  const long = 'x'.repeat(58);
  const clashes = Type.Object({ event_id: Type.String(), payload_event_id: Type.String() });
  const renamed = Type.Object({ a: Type.String({ 'x-column': 'b' }), b: Type.String() });
  const system = Type.Object({ a: Type.String({ 'x-column': 'ctid' }) });
  const odd = Type.Object({ ['é'.repeat(32)]: Type.String(), '': Type.String() });
  const wide = Type.Object(
    Object.fromEntries(Array.from({ length: 1_494 }, (_, n) => [`m${n}`, Type.String()])),
  );
  const viewRemedy = 'name another with eventType(name, schema, { view }) or "x-view" in the schema';
  const columnRemedy = 'name another with "x-column" in the schema of the member';
  expect(
    problemsOf(
      ['a.b', Type.Object({})],
      ['a_b', Type.Object({})],
      ['A b', clashes],
      [long, renamed],
      ['c', odd, { view: '' }],
      ['e', system],
      ['d', wide, { view: 'a\0', validate: () => undefined }],
    ),
  ).toEqual([
    `type ${long}: its view "event_${long}" has 64 bytes, and Postgres allows 63: ${viewRemedy}`,
    `type c: its view "" is empty: ${viewRemedy}`,
    `type d: its view "a\\u0000" has a character that Postgres cannot store: ${viewRemedy}`,
    `types a.b, a_b, A b: have the same view "event_a_b": ${viewRemedy}`,
    `type A b: the members "event_id", "payload_event_id" have the same column "payload_event_id": ${columnRemedy}`,
    `type ${long}: the members "a", "b" have the same column "b": ${columnRemedy}`,
    `type c: the column of the member "${'é'.repeat(32)}" has 64 bytes, and Postgres allows 63: ${columnRemedy}`,
    `type c: the column of the member "" is empty: ${columnRemedy}`,
    `type e: the column of the member "a" is a system column of Postgres: ${columnRemedy}`,
    'type d: has 1501 columns, and a view may have 1500',
  ]);
});

test('a name with an unpaired surrogate is refused', () => {
  expect(problemsOf(['a', Type.Object({}), { view: '\ud800' }])).toEqual([
    expect.stringContaining('has a character that Postgres cannot store'),
  ]);
});

test('a view of 1,500 columns is accepted', () => {
  const members = Array.from({ length: 1_493 }, (_, n) => [`m${n}`, Type.String()]);
  const wide = Type.Object(Object.fromEntries(members));
  expect(problemsOf(['a', wide, { validate: () => undefined }])).toEqual([]);
});

test('the longest names are accepted', () => {
  expect(problemsOf(['x'.repeat(57), Type.Object({ ['x'.repeat(63)]: Type.String() })])).toEqual([]);
});

test('a schema that others refer to again and again is visited once', () => {
  const levels = chain(200, { type: 'object', title: 'a leaf', properties: { a: { type: 'string' } } });
  expect(columnsOf({ $ref: '#/$defs/level0', $defs: levels })).toEqual(['a text']);
  const member = { $ref: '#/$defs/level0' };
  expect(typeOf(member, { $defs: chain(200, { type: 'integer' }) })).toBe('bigint');
});

test('what a cycle hides depends on where it is entered, and is found from elsewhere', () => {
  const $defs = {
    text: { type: 'string', $ref: '#/$defs/either' },
    either: { type: ['string', 'integer'], $ref: '#/$defs/text' },
  };
  const properties = { a: { $ref: '#/$defs/text' }, b: { $ref: '#/$defs/either' } };
  expect(columnsOf({ properties, $defs })).toEqual(['a text', 'b text']);
});

test('a payload with the schema true has no members, and no columns of its own', () => {
  expect(columnsOf(true as never)).toEqual([]);
});
