import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeField, encodeField } from './copy-fields.ts';

/** Texts with characters that COPY must escape. */
const hostile = fc.option(
  fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', '\0', 'N', 't', 'é', '𝄞'), maxLength: 20 }),
  { freq: 5 },
);

test('any text, and null, can be read back from a field', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const field = encodeField(text);
      expect(field).not.toMatch(/[\t\n\r]/);
      expect(decodeField(field)).toBe(text);
    }),
  );
});

test('a field is escaped as COPY reads it', () => {
  const texts = ['plain', '\\', '\t', '\n', '\r', '\\N', '\\.', null, undefined, ''];
  expect(texts.map(encodeField)).toEqual([
    ...['plain', '\\\\', '\\t', '\\n', '\\r', '\\\\N', '\\\\.', '\\N', '\\N', ''],
  ]);
});
