import { expect, test } from 'vitest';
import { exampleValue } from './example-value.ts';
import { resolveIn } from './resolve-in.ts';

/** The example of a schema whose references lead into itself. */
function exampleOf(schema: unknown, choice = 0): unknown {
  return exampleValue(schema, { choice, resolve: (ref) => resolveIn(schema, ref) });
}

test.each<[string, unknown, unknown]>([
  ['a constant', { const: null }, null],
  ['the first of its own examples', { type: 'string', examples: ['EUR', 'USD'] }, 'EUR'],
  ['the first listed value', { enum: ['free', 'pro'] }, 'free'],
  ['its default', { type: 'integer', default: 7 }, 7],
  ['the type that is not null', { type: ['null', 'boolean'] }, true],
  ['the type that its keywords imply', { maxLength: 2 }, 'te'],
  ['a text of its minimum length', { type: 'string', minLength: 9 }, 'text-text'],
  ['a text of its pattern', { type: 'string', pattern: '^[A-Z]{3}$' }, 'AAA'],
  ['a text of its format', { type: 'string', format: 'date' }, '2026-01-01'],
  ['a pattern before a format', { type: 'string', format: 'email', pattern: '^a@b$' }, 'a@b'],
  ['its minimum', { type: 'number', minimum: 2.5 }, 2.5],
  ['a whole number above its bound', { type: 'integer', exclusiveMinimum: 2.5 }, 3],
  ['a number between narrow bounds', { exclusiveMinimum: 0, exclusiveMaximum: 0.5 }, 0.25],
  ['its maximum', { type: 'integer', maximum: -3 }, -3],
  ['a multiple', { type: 'number', minimum: 11, multipleOf: 5 }, 15],
  ['one item', { type: 'array', items: { const: 1 } }, [1]],
  [
    'as many items as it must have, all different',
    { type: 'array', items: { enum: [1, 2] }, minItems: 2 },
    [1, 2],
  ],
  ['the items of a tuple', { prefixItems: [{ const: 1 }, { const: 2 }], items: false }, [1, 2]],
  ['no item where none is allowed', { type: 'array', maxItems: 0 }, []],
  [
    'all declared members',
    { properties: { a: { const: 1 }, b: { const: 2 } }, required: ['a'] },
    { a: 1, b: 2 },
  ],
  ['members without a schema', { type: 'object', required: ['a'] }, { a: {} }],
  [
    'the members of all parts',
    { allOf: [{ properties: { a: { const: 1 } } }], required: ['b'] },
    { a: 1, b: {} },
  ],
])('a schema has the example %#: %s', (_, schema, example) => {
  expect(exampleOf(schema)).toEqual(example);
});

test('the choice decides between alternatives, at every level', () => {
  const schema = { oneOf: [{ const: 'a' }, { anyOf: [{ const: 'b' }, { const: 'c' }] }] };
  expect([0, 1, 2].map((choice) => exampleOf(schema, choice))).toEqual(['a', 'c', 'a']);
});

test('references lead to definitions, ids and the schema itself', () => {
  const schema = {
    properties: { a: { $ref: '#/$defs/a~1b' }, c: { $ref: 'other.json#/$defs/d' }, e: { $ref: '#' } },
    $defs: { 'a/b': { const: 1 }, other: { $id: 'other.json', $defs: { d: { const: 2 } } } },
  };
  expect(exampleOf(schema)).toMatchObject({ a: 1, c: 2, e: { a: 1, c: 2, e: { e: { e: {} } } } });
});

test.each<[string, unknown, string]>([
  ['requires itself', { required: ['a'], properties: { a: { $ref: '#' } } }, 'requires itself'],
  ['is only a reference to itself', { $ref: '#' }, 'the reference # leads to itself'],
  ['has a reference to nothing', { $ref: '#/none' }, 'the reference #/none leads nowhere'],
  [
    'has a pattern that is not simple',
    { pattern: '^(a)\\1b\\1$' },
    'the pattern ^(a)\\1b\\1$ has no simple example',
  ],
])('a schema that %s has no example', (_, schema, problem) => {
  expect(() => exampleOf(schema)).toThrow(problem);
});
