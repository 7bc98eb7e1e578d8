import { Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { toJsonSchema } from './json-schema.ts';
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
  '^[\\]\\u{a}a]*$',
];

test.each(patterns)('the pattern %j means the same in the JSON Schema and the decoder', (pattern) => {
  const types = { visit: Type.Object({ note: Type.String({ pattern }) }) };
  const decode = decoderOf(types);
  const isEvent = new Ajv().compile(toJsonSchema(defineTypes(types)));
  for (const note of ['a', 'a\n', 'a$', 'a$\n', '\n', '', 'aa', 'aa\n']) {
    const text = writeEvent({ event_type: '"visit"', payload: JSON.stringify({ note }) });
    expect(isEvent(JSON.parse(text)), JSON.stringify(note)).toBe(decode(toBytes(text)).ok);
  }
});
