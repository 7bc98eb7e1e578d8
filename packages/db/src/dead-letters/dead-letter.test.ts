import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headersFromJson, headersToJson } from './dead-letter.ts';

const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
const one = fc.option(bytes);
const plainName = fc.string({ unit: 'grapheme', minLength: 1 });
const name = fc.oneof(
  plainName,
  plainName.map((text) => `base64:${text}`),
  plainName.map((text) => `${text}\0`),
);
const headers = fc.dictionary(
  name.filter((text) => text !== '__proto__'),
  fc.oneof(one, fc.array(one, { minLength: 2, maxLength: 4 })),
);

test('headers survive a round trip through JSON, byte for byte', () => {
  fc.assert(
    fc.property(headers, (original) => {
      const restored = headersFromJson(JSON.parse(headersToJson(original)));
      expect({ ...restored }).toEqual({ ...original });
    }),
  );
});
