import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { decodeEvent } from './decode.ts';
import { eventJsonSchema } from './json-schema.ts';
import { corpus } from './testing/corpus.ts';

/** As somebody else would use it: as JSON, with a validator of their own. */
const published = JSON.parse(JSON.stringify(eventJsonSchema));
const options = { strict: true, strictNumbers: false };

/** What a schema cannot judge: bytes, and the depth of a document. */
const judged = corpus.filter(
  ({ name, expected }) =>
    !/^(empty|too_large|not_utf8|not_json)$/.test(expected) && !/levels|repeated/.test(name),
);

test.each([
  ['draft-07', new Ajv(options)],
  ['2020-12', new Ajv2020(options)],
])('the published schema judges in %s as decodeEvent does', (_, ajv) => {
  const isEvent = ajv.compile(published);
  for (const { name, bytes } of judged) {
    const value = JSON.parse(new TextDecoder().decode(bytes ?? undefined));
    expect(isEvent(value), name).toBe(decodeEvent(bytes).ok);
  }
});
