import { Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { toJsonSchema } from './json-schema.ts';
import { portable } from './portable.ts';
import { decoderOf, defineTypes } from './testing/define-types.ts';
import { toBytes, writeEvent } from './testing/event-text.ts';

const patterns = [
  '^[a-z]+$',
  '^[\\x00-\\x7F]*$',
  '^[\\u0000-\\u007f]*$',
  '^[\\t-~]*$',
  '^[a\n]*$',
  '^\\P{Lu}*$',
  '^(a|\\cJ)*$',
  '^[^\\n]$',
  '^[^b]*$',
  '^(a)\\1?\\n?$',
  '^(?<one>a)\\k<one>?$',
  '^a\\b$',
  '^a\\$',
  '^a\\\\$',
  '^[\\]\\u{a}a]*$',
];

test.each(patterns)('the pattern %j means the same in the JSON Schema and the decoder', (pattern) => {
  const types = { visit: Type.Object({ note: Type.String({ pattern }) }) };
  const decode = decoderOf(types);
  const isEvent = new Ajv().compile(toJsonSchema(defineTypes(types)));
  for (const note of ['a', 'a\n', 'a\\', 'a\\\n', 'a$', 'a$\n', '\n', '', 'aa', 'aa\n']) {
    const text = writeEvent({ event_type: '"visit"', payload: JSON.stringify({ note }) });
    expect(isEvent(JSON.parse(text)), JSON.stringify(note)).toBe(decode(toBytes(text)).ok);
  }
});

const noLineFeed = { pattern: '\\n$' };

test.each([
  ...[
    '^[a-z]$',
    '^\\d$',
    '^\\S$',
    '^\\p{Lu}$',
    '^\\x41$',
    '^\\u0041$',
    '^\\u{41}$',
    '^\\cA$',
    '^.$',
    '^\\.$',
  ],
  ...[
    '^a\\b$',
    '^a\\B$',
    '^(a)\\1$',
    '^(?<a>b)\\k<a>$',
    '^[\\]]$',
    '^\\[a$',
    '^a{1,2}n$',
    '^\\\\n$',
    '^a\\\\$',
    '$',
  ],
])('the pattern %j must not be followed by a line feed', (pattern) => {
  expect(portable({ pattern })).toEqual({ pattern, not: noLineFeed });
});

test.each([
  ...[
    '^a',
    'a\\$',
    '^a$|b',
    '^[a\n]$',
    '^a\n$',
    '^[^b]$',
    '^\\s$',
    '^\\n$',
    '^\\D$',
    '^\\W$',
    '^\\cJ$',
    '^\\x0a$',
  ],
  ...['^\\u000a$', '^\\u{a}$', '^\\u{0000a}$', '^\\P{Lu}$', '^\\p{Cc}$', '^[\\]\\n]$', '^[a-z]+[^a]*$'],
])('the pattern %j stays unchanged', (pattern) => {
  expect(portable({ pattern })).toEqual({ pattern });
});

test('patterns are found at any depth, but not in data', () => {
  const data = { pattern: '^a$' };
  const found = { pattern: '^a$', not: noLineFeed };
  const keywords = { const: data, enum: [data], default: data, examples: [data] };
  expect(portable({ ...keywords, anyOf: [data, { items: data }] })).toEqual({
    ...keywords,
    anyOf: [found, { items: found }],
  });
});

test.each(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'])(
  'the members of %s may have the names of keywords',
  (keyword) => {
    const all = (schema: unknown) => ({
      const: schema,
      default: schema,
      pattern: schema,
      properties: schema,
    });
    const [given, expected] = [{ pattern: '^a$' }, { pattern: '^a$', not: noLineFeed }].map(all);
    expect(portable({ [keyword]: given })).toEqual({ [keyword]: expected });
    expect([true, null].map((value) => portable({ [keyword]: value }))).toEqual([
      { [keyword]: true },
      { [keyword]: null },
    ]);
  },
);

test('a schema that is no object, or that forbids something itself, stays unchanged', () => {
  const schemas = [true, null, 'a', { pattern: 7 }, { pattern: '^a$', not: { const: 'b' } }, {}, []];
  expect(schemas.map(portable)).toEqual(schemas);
});
