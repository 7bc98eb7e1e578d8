import { expect, test } from 'vitest';
import { compileSchema } from './compile-schema.ts';

const object = { type: 'object' };
const string = { type: 'string' };

/** Each has something that is not supported. */
const unsupported: readonly unknown[] = [
  { ...string, format: 'email' },
  { ...string, contentEncoding: 'base64' },
  { ...string, minLength: '1' },
  { type: 'number', multipleOf: 2 },
  { type: 'number', minimum: 0, exclusiveMinimum: true },
  { type: 'array', minItems: 1 },
  { type: 'array', items: [string] },
  { type: 'array', items: string, uniqueItems: true },
  { ...object, minProperties: 1 },
  { ...object, patternProperties: { a: string } },
  { ...object, additionalProperties: string },
  { ...object, properties: { a: { ...string, not: { const: '' } } } },
  { ...object, properties: { toString: string } },
  { ...object, properties: { '"': string } },
  { ...object, required: 'a' },
  { properties: { a: string } },
  { $ref: '#/$defs/a', $defs: { a: string } },
  { oneOf: [string] },
  { allOf: [string] },
  { anyOf: [string], type: 'string' },
  { anyOf: [{ allOf: [string] }] },
  { enum: [1, null] },
  { enum: ['a'], minLength: 2 },
  { const: 'a', type: ['string', 'null'] },
  { type: ['string', 'number'] },
  { type: 'null', nullable: true },
  { type: 'date' },
  false,
  undefined,
];

test.each(unsupported.map((schema) => [schema]))('the validator alone judges values of %j', (schema) => {
  expect(compileSchema(schema, 8)).toBeUndefined();
});

test('annotations change nothing', () => {
  const annotated = { ...string, title: 'a', description: 'b', default: 'c', examples: ['d'], $comment: 'e' };
  expect(compileSchema({ ...annotated, 'x-column': 'f', deprecated: true }, 0)).toBe(
    compileSchema(string, 0),
  );
});
