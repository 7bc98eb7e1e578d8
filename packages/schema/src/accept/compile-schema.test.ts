import { expect, test } from 'vitest';
import { isRead } from '../testing/read-length.ts';
import { compileSchema } from './compile-schema.ts';
import { refuse } from './step.ts';

const object = { type: 'object' };
const string = { type: 'string' };

/** Each has something that is not supported. */
const unsupported: readonly unknown[] = [
  { ...string, format: 'email' },
  { ...string, contentEncoding: 'base64' },
  { ...string, minLength: '1' },
  { ...string, maxLength: '1' },
  { ...string, pattern: 'a' },
  { ...string, pattern: 'a', minLength: 1 },
  { type: 'number', multipleOf: 2 },
  { type: 'number', minimum: 0, exclusiveMinimum: true },
  { type: 'array', minItems: 1 },
  { type: 'array', items: [string] },
  { type: 'array', items: { allOf: [string] } },
  { type: 'array', items: string, uniqueItems: true },
  { ...object, minProperties: 1 },
  { ...object, patternProperties: { a: string } },
  { ...object, additionalProperties: string },
  { ...object, properties: { a: { ...string, not: { const: '' } } } },
  { ...object, properties: { toString: string } },
  { ...object, properties: { '"': string } },
  { ...object, properties: 1 },
  { ...object, required: 'a' },
  { properties: { a: string } },
  { $ref: '#/$defs/a', $defs: { a: string } },
  { oneOf: [string] },
  { allOf: [string] },
  { anyOf: [string], type: 'string' },
  { anyOf: [{ allOf: [string] }] },
  { anyOf: [string], minLength: 1 },
  { anyOf: string },
  { enum: [1, null] },
  { enum: 'a' },
  { enum: ['a'], minLength: 2 },
  { enum: ['a'], anyOf: [string] },
  { const: 1 },
  { const: 'a', type: ['string', 'null'] },
  { type: ['string', 'number'] },
  { type: 'null', nullable: true },
  { type: 'boolean', nullable: true },
  { type: 'date' },
  { type: ['date', 'null'] },
  { minimum: 1 },
  false,
  undefined,
];

test.each(unsupported.map((schema) => [schema]))('the validator alone judges values of %j', (schema) => {
  expect(compileSchema(schema, 8)).toBeUndefined();
});

/** Each keyword that restricts nothing, or that only describes a value. */
const annotations = {
  ...{ $schema: 'a', $id: 'b', $comment: 'c', $defs: {}, definitions: {}, title: 'd', description: 'e' },
  ...{ default: 'f', examples: ['g'], deprecated: true, readOnly: true, writeOnly: true },
  ...{ 'x-view': 'h', 'x-column': 'i' },
};

test.each(Object.entries(annotations))('the annotation %s changes nothing', (keyword, value) => {
  expect(compileSchema({ ...string, [keyword]: value }, 0)).toBe(compileSchema(string, 0));
});

const values = ['"a"', '"b"', '1', '1.5', 'true', 'null', '[]', '{}'];

test.each<[schema: unknown, read: readonly string[]]>([
  [true, values],
  [{}, values],
  [{ description: 'anything' }, values],
  [string, ['"a"', '"b"']],
  [{ type: ['string'] }, ['"a"', '"b"']],
  [{ type: ['string', 'null'] }, ['"a"', '"b"', 'null']],
  [{ type: ['null', 'boolean'] }, ['true', 'null']],
  [{ type: 'number' }, ['1', '1.5']],
  [{ type: 'integer' }, ['1']],
  [{ type: 'boolean' }, ['true']],
  [{ type: 'null' }, ['null']],
  [{ type: ['null'] }, ['null']],
  [{ type: 'array' }, ['[]']],
  [object, ['{}']],
  [{ const: 'a' }, ['"a"']],
  [{ const: 'a', type: 'string' }, ['"a"']],
  [{ enum: ['a', 'b'] }, ['"a"', '"b"']],
  [{ enum: ['"', 'a', 1, null] }, ['"a"']],
  [{ anyOf: [{ const: 'b' }, { allOf: [] }, { type: 'boolean' }] }, ['"b"', 'true']],
])('of the values of %j these are read', (schema, read) => {
  const step = compileSchema(schema, 1) ?? refuse;
  expect(values.filter((json) => isRead(step, json))).toEqual(read);
});

test.each<[schema: unknown, right: readonly string[], wrong: readonly string[]]>([
  [
    { ...object, properties: { a: string } },
    ['{}', '{"a":"x"}', '{"b":1}', '{"b":[]}'],
    ['{"a":1}', '{"b":[[]]}'],
  ],
  [{ ...object, required: ['a'] }, ['{"a":1}', '{"b":1,"a":[]}'], ['{}', '{"b":1}', '{"a":[[]]}']],
  [
    { ...object, properties: { a: string, b: {} }, required: ['b'] },
    ['{"b":1}'],
    ['{"a":"x"}', '{"a":1,"b":1}'],
  ],
  [{ ...object, properties: { a: {} }, additionalProperties: false }, ['{}', '{"a":1}'], ['{"b":1}']],
  [
    { ...object, properties: { a: true }, additionalProperties: true },
    ['{"b":1}', '{"a":1}'],
    ['{"a":1,"a":1}'],
  ],
  [{ type: 'array', items: string }, ['[]', '["a","b"]'], ['[1]', '["a",1]']],
  [{ type: 'array', items: { type: 'array' } }, ['[]', '[[1]]'], ['[1]', '[[[]]]']],
])('of the objects and arrays of %j, of at most two levels, these are read', (schema, right, wrong) => {
  const step = compileSchema(schema, 2) ?? refuse;
  expect([...right, ...wrong].filter((json) => isRead(step, json))).toEqual(right);
});

test('objects and arrays are nested no deeper than there is room', () => {
  const [one, two] = [object, { ...object, properties: { a: object } }];
  expect([0, 1].map((room) => compileSchema(one, room) !== undefined)).toEqual([false, true]);
  expect([1, 2].map((room) => compileSchema(two, room) !== undefined)).toEqual([false, true]);
  const texts = ['{"a":1}', '{"a":{}}', '{"a":{"a":1}}', '[1]', '[[]]'];
  const isReadBy = (schema: unknown, room: number) =>
    texts.filter((json) => isRead(compileSchema(schema, room) ?? refuse, json));
  expect(isReadBy(one, 1)).toEqual(['{"a":1}']);
  expect(isReadBy(two, 2)).toEqual(['{"a":{}}', '{"a":{"a":1}}']);
  expect([0, 1].map((room) => isReadBy({ type: 'array' }, room))).toEqual([[], ['[1]']]);
  expect([0, 1].map((room) => isReadBy({}, room))).toEqual([[], ['{"a":1}', '[1]']]);
});

test.each<[rules: object, right: readonly string[], wrong: readonly string[]]>([
  [{ minLength: 3 }, ['"abc"', '"abcd"', '"ééééé"'], ['""', '"ab"', '"éé"', '"ééé"', '"éééé"', '1']],
  [{ maxLength: 2 }, ['""', '"ab"', '"é"'], ['"abc"', '"éé"', '"\\n"', '"a']],
  [{ minLength: 2, maxLength: 4 }, ['"ab"', '"abcd"'], ['"a"', '"abcde"', '"😀"']],
  [{ pattern: '^[a-c]+$' }, ['"a"', '"abc"'], ['""', '"d"', '"abcd"']],
  [{ pattern: '^[a-c]+$', maxLength: 2 }, ['"a"', '"ab"'], ['""', '"abc"', '"d"']],
])('of the strings with %j these are read', (rules, right, wrong) => {
  const step = compileSchema({ ...string, ...rules }, 0) ?? refuse;
  expect([...right, ...wrong].filter((json) => isRead(step, json))).toEqual(right);
});
