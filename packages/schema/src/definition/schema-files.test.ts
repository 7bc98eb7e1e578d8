import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import specification from '@asyncapi/specs/schemas/3.0.0.json' with { type: 'json' };
import { Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { fields } from '../envelopes/fields.ts';
import { defineTypes } from '../testing/define-types.ts';
import { defineEvents, eventType } from './define-events.ts';
import { renderSchemaFiles } from './schema-files.ts';
import { shopEvents } from './shop-events.ts';

const folder = join(import.meta.dirname, '../../schemas');

test('the committed schemas are up to date', () => {
  const committed = readdirSync(folder).map(
    (name) => [name, readFileSync(join(folder, name), 'utf8')] as const,
  );
  const remedy = 'schemas/ is out of date: run "pnpm --filter @pipeline/schema generate"';
  expect(new Map(committed), remedy).toEqual(renderSchemaFiles(manifest.version));
});

test.each(['event', 'asyncapi'])('the type name %s is reserved', (name) => {
  expect(() => renderSchemaFiles('1.0.0', defineTypes({ [name]: Type.Object({}) }))).toThrow(`named ${name}`);
});

test('every reference in the AsyncAPI document resolves', () => {
  const files = renderSchemaFiles(manifest.version);
  const text = files.get('asyncapi.json') ?? '';
  const references = [...text.matchAll(/"\$ref": "(.*)"/g)].map(([, target = '']) => target);
  expect(references.length).toBeGreaterThan(5);
  for (const target of references) {
    if (target.startsWith('./')) expect([...files.keys()]).toContain(target.slice(2));
    else expect(resolvePointer(JSON.parse(text), target), target).toBeDefined();
  }
});

function resolvePointer(document: unknown, target: string): unknown {
  const names = target.slice(2).split('/');
  return names.reduce((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], document);
}

/** AsyncAPI's schema bundles everything that it refers to, the draft-07 meta-schema included. */
const asFound = { meta: false, validateSchema: false, strict: false, validateFormats: false } as const;

const odd = defineEvents({
  envelope: fields({ type: '/type', payload: '/data' }),
  types: [eventType('com.shop/Order:Placed', Type.Object({})), eventType('é', Type.Object({}))],
});

test('the files of a definition have portable names and refer to each other', () => {
  const files = renderSchemaFiles('2.0.0', odd);
  expect([...files.keys()]).toEqual([
    'event.json',
    'com.shop_2f_Order_3a_Placed.json',
    '_e9_.json',
    'asyncapi.json',
  ]);
  expect(files.get('asyncapi.json')).toContain('"$ref": "./com.shop_2f_Order_3a_Placed.json"');
  expect(files.get('_e9_.json')).toContain('"const": "é"');
  expect(files.get('asyncapi.json')).not.toContain('user_id');
  expect(files.get('asyncapi.json')).toContain('One event per record, in the envelope fields.');
});

test.each([shopEvents, odd])('the AsyncAPI document is valid', (definition) => {
  const validate = new Ajv(asFound).compile(specification);
  const document = JSON.parse(renderSchemaFiles(manifest.version, definition).get('asyncapi.json') ?? '');
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...document, channels: { events: { messages: [] } } })).toBe(false);
});
