import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createDecoder } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { check, createFolder, load, problemsOf } from '../testing/files.ts';

const draft07 = 'http://json-schema.org/draft-07/schema#';
const draft2020 = 'https://json-schema.org/draft/2020-12/schema';

test('a file is a type, named like the file without its extensions', async () => {
  const folder = createFolder({
    'order.placed.json': { type: 'object', required: ['amount'] },
    'com.example.OrderPaid.schema.json': true,
    'Forbidden.json': false,
    'notes.txt': 'not a schema',
  });
  const definition = await load(folder);
  expect(Object.keys(definition.types)).toEqual(['Forbidden', 'com.example.OrderPaid', 'order.placed']);
  expect(check(definition, 'order.placed', {})).toBe('invalid_payload /payload lacks the member amount');
  expect(check(definition, 'com.example.OrderPaid', { any: 1 })).toBe('ok');
  expect(check(definition, 'Forbidden', { any: 1 })).toMatch('/payload must NOT be valid');
});

const payment = (dialect: string) => ({
  'order.json': {
    $schema: dialect,
    type: 'object',
    required: ['payment', 'email'],
    properties: {
      email: { type: 'string', format: 'email' },
      payment: { $ref: 'common/payment.json#/definitions/payment' },
      parent: { $ref: '#' },
    },
    'x-owner': 'shop',
  },
  'common/payment.json': {
    $schema: dialect,
    definitions: {
      payment: { oneOf: [{ $ref: '#/definitions/card' }, { $ref: 'transfer.json' }] },
      card: { required: ['number'], properties: { number: { type: 'string', pattern: '^[0-9]+$' } } },
    },
  },
  'common/transfer.json': { required: ['iban'], properties: { for: { $ref: '../order.json' } } },
});

test.each([draft07, draft2020])('$ref, oneOf and formats work in %s', async (dialect) => {
  const definition = await load(createFolder(payment(dialect)));
  expect(Object.keys(definition.types)).toEqual(['order']);
  const order = { email: 'a@example.com', payment: { number: '42' } };
  expect(check(definition, 'order', order)).toBe('ok');
  expect(check(definition, 'order', { ...order, payment: { iban: 'DE', for: order } })).toBe('ok');
  expect(check(definition, 'order', { ...order, email: 'nobody' })).toBe(
    'invalid_payload /payload/email must match format "email"',
  );
  expect(check(definition, 'order', { ...order, payment: { iban: 'DE', number: '4' } })).toMatch(
    'invalid_payload /payload/payment must match exactly one schema in oneOf',
  );
  expect(check(definition, 'order', { ...order, parent: {} })).toMatch('/payload/parent lacks the member');
});

test.each([
  [draft07, { items: [{ type: 'string' }], additionalItems: false }],
  [draft2020, { prefixItems: [{ type: 'string' }], items: false }],
])('tuples are those of %s', async (dialect, tuple) => {
  const schema = { $schema: dialect, properties: { pair: { type: 'array', ...tuple } } };
  const definition = await load(createFolder({ 'pair.json': schema }));
  expect(check(definition, 'pair', { pair: ['a'] })).toBe('ok');
  expect(check(definition, 'pair', { pair: [1] })).toMatch('/payload/pair/0 must be string');
  expect(check(definition, 'pair', { pair: ['a', 'b'] })).toMatch('/payload/pair must NOT have more than');
});

test.each([
  ['an absolute $id', 'https://example.com/money', 'https://example.com/money'],
  ['a $ref relative to an $id', 'https://example.com/schemas/money', 'money'],
  ['a $ref to a file whose $id is elsewhere', 'https://example.com/other', 'eur.json'],
  ['an $id that is a URN', 'urn:example:money', 'urn:example:money'],
  ['an $id with an encoded character', 'https://example.com/a%20b', 'https://example.com/a%20b'],
])('%s leads to the file', async (_, $id, $ref) => {
  const folder = createFolder({
    'order.json': { $id: 'https://example.com/schemas/order', properties: { total: { $ref } } },
    'eur.json': { $id, type: 'object', properties: { cents: { $ref: '#/$defs/cents' } }, $defs },
  });
  const definition = await load(folder);
  expect(check(definition, 'order', { total: { cents: 1 } })).toBe('ok');
  expect(check(definition, 'order', { total: { cents: 0.5 } })).toMatch(
    '/payload/total/cents must be integer',
  );
});

const $defs = { cents: { type: 'integer' } };

test('an $id or an anchor inside a file can be referred to', async () => {
  const folder = createFolder({
    'order.json': { properties: { cents: { $ref: 'parts.json#cents' }, unit: { $ref: 'parts/unit' } } },
    'parts.json': {
      $id: 'events:///parts/all',
      $defs: { cents: { $anchor: 'cents', type: 'integer' }, unit: { $id: 'unit', enum: ['EUR'] } },
    },
  });
  const definition = await load(folder);
  expect(check(definition, 'order', { cents: 1, unit: 'EUR' })).toBe('ok');
  expect(check(definition, 'order', { cents: 'x' })).toMatch('/payload/cents must be integer');
  expect(check(definition, 'order', { unit: 'USD' })).toMatch('/payload/unit must be one of EUR');
});

test('types that contain each other are valid', async () => {
  const folder = createFolder({
    'a.json': {
      properties: { b: { $ref: 'b.json' }, n: { $ref: '#/$defs/n' } },
      $defs: { n: { type: 'number' } },
    },
    'b.json': { properties: { a: { $ref: 'a.json' }, s: { type: 'string' } } },
  });
  const definition = await load(folder);
  expect(check(definition, 'a', { b: { a: { n: 'x' } } })).toMatch('/payload/b/a/n must be number');
  expect(check(definition, 'b', { a: { b: { s: 1 } } })).toMatch('/payload/a/b/s must be string');
});

test('a pattern may be valid only without the flag u; an invalid one is reported', async () => {
  const schema = (pattern: string) => ({ properties: { at: { type: 'string', pattern } } });
  const definition = await load(
    createFolder({ 'a.json': schema('^\\w+\\@\\w+$'), 'b.json': schema('^\\p{Lu}$') }),
  );
  expect(check(definition, 'a', { at: 'a@b' })).toBe('ok');
  expect(check(definition, 'a', { at: 'a' })).toMatch('/payload/at must match pattern');
  expect(check(definition, 'b', { at: 'É' })).toBe('ok');
  const problems = await problemsOf(createFolder({ 'c.json': schema('(') }));
  expect(problems).toEqual([expect.stringMatching(/^c.json: .*regular expression|regex/i)]);
});

test('a file name may have characters that a URI encodes', async () => {
  const folder = createFolder({ 'a #1.json': { $ref: 'b%20%232.json' }, 'b #2.json': { required: ['n'] } });
  expect(check(await load(folder), 'a #1', {})).toMatch('/payload lacks the member n');
});

test('a $ref to a schema of the specification itself is resolved', async () => {
  const definition = await load(createFolder({ 'schema.json': { $schema: draft07, $ref: draft07 } }));
  expect(check(definition, 'schema', { type: 'object' })).toBe('ok');
  expect(check(definition, 'schema', { minimum: 'x' })).toMatch('/payload/* must be number');
});

test('members and values that look like references are none', async () => {
  const schema = {
    properties: { $ref: { type: 'string' }, default: { $ref: 'money.json' } },
    examples: [{ $ref: 'nowhere.json' }],
  };
  const definition = await load(createFolder({ 'link.json': schema, 'money.json': { type: 'integer' } }));
  expect(check(definition, 'link', { $ref: 'nowhere.json', default: 1 })).toBe('ok');
  expect(check(definition, 'link', { $ref: 1 })).toMatch('/payload/$ref must be string');
});

test('the definition contains all that a type refers to', async () => {
  const definition = await load(createFolder(payment(draft07)));
  const { $id, definitions } = definition.types['order'] as Readonly<Record<string, unknown>>;
  expect($id).toBe('events:///order.json');
  expect(Object.keys(Object(definitions))).toEqual([
    'events:///common/payment.json',
    'events:///common/transfer.json',
  ]);
});

test('every problem of every file is reported, and nothing is fetched', async () => {
  const folder = createFolder({
    'broken.json': '{"type":',
    'list.json': [],
    'old.json': { $schema: 'http://json-schema.org/draft-04/schema#' },
    'type.json': { type: 'objekt' },
    'web.json': { properties: { a: { $ref: 'https://example.com/a.json' }, b: { $ref: '../b.json' } } },
    'uses-web.json': { $ref: 'web.json' },
    'pointer.json': { $ref: '#/definitions/none' },
    'twice.json': {},
    'twice.schema.json': {},
    'mixed.json': { $schema: draft07, $ref: 'new.json' },
    'new.json': { $schema: draft2020, $id: 'https://example.com/new' },
    'same.json': { $id: 'https://example.com/new' },
  });
  expect(await problemsOf(folder)).toEqual([
    expect.stringMatching(/^broken.json: .*JSON/),
    'list.json: is not a JSON Schema, which is an object, true or false',
    expect.stringMatching(
      /^old.json: \$schema "\S+draft-04\S+" is not supported, only draft-07 and 2020-12$/,
    ),
    'same.json: has the same $id as new.json',
    'web.json: https://example.com/a.json is no schema of the folder, and nothing is fetched',
    'web.json: ../b.json is no schema of the folder, and nothing is fetched',
    'mixed.json: refers to a schema of another draft: draft-07 and 2020-12',
    expect.stringMatching(/^pointer.json: can't resolve reference \S+#\/definitions\/none from id/),
    expect.stringMatching(/^type.json: schema is invalid: data\/type must be/),
    'type twice: is defined more than once',
  ]);
});

test('a folder without schemas is refused, unless any type is stored', async () => {
  const folder = createFolder({ 'readme.md': '' });
  expect(await problemsOf(folder)).toEqual([
    expect.stringMatching(/^types: none, .*every event would be rejected$/),
  ]);
  expect(check(await load(folder, { EVENTS_UNKNOWN_TYPES: 'store' }), 'Any.Type', { a: 1 })).toBe('ok');
});

test('a mounted ConfigMap is read once, through its links', async () => {
  const folder = createFolder({ '..2026_11_29/order.json': { type: 'object' } });
  mkdirSync(join(folder, '.git'));
  symlinkSync('..2026_11_29', join(folder, '..data'));
  symlinkSync('..data/order.json', join(folder, 'order.json'));
  expect(Object.keys((await load(folder)).types)).toEqual(['order']);
});

test.each(['native', 'cloudevents', 'debezium', 'confluent-json'])(
  'the envelope %s has a name',
  async (name) => {
    const definition = await load(createFolder({ 'order.json': {} }), { EVENTS_ENVELOPE: name });
    expect(definition.envelope.name).toBe(name);
  },
);

test('an envelope may be the argument of fields as JSON', async () => {
  const mapping = { id: '/id', type: { constant: 'order' }, time: '/at', payload: '/order' };
  const schema = { required: ['total'] };
  const definition = await load(createFolder({ 'order.json': schema }), {
    EVENTS_ENVELOPE: JSON.stringify(mapping),
  });
  const decode = createDecoder(definition);
  const record = (order: object) => ({
    value: Buffer.from(JSON.stringify({ id: 7, at: '2026-11-24T09:30:12Z', order })),
    offset: '0',
  });
  expect(decode(record({ total: 1 }))).toMatchObject({ ok: true, payloadJson: '{"total":1}' });
  expect(decode(record({}))).toMatchObject({ reason: 'invalid_payload', path: '/order' });
});

test('a wrong envelope is reported together with wrong schemas', async () => {
  const folder = createFolder({ 'order.json': '{' });
  await expect(load(folder, { EVENTS_ENVELOPE: '{"type":"kind","ids":"/id"}' })).rejects.toThrow(
    /order.json: .*JSON.*\n.*envelope: fields: ids: is not one of .*\n.*envelope: fields: type: "kind" is not/,
  );
  for (const text of ['avro', '[]'])
    await expect(load(folder, { EVENTS_ENVELOPE: text })).rejects.toThrow(
      `EVENTS_ENVELOPE: got "${text}", expected native, cloudevents, debezium, confluent-json, or a JSON object`,
    );
});
