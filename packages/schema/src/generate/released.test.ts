import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { expect, test } from 'vitest';
import { decodeEvent } from '../decode.ts';
import type { Registry } from '../definition/definition.ts';
import { findBreaks, type Schema } from '../definition/find-breaks.ts';
import { shopEvents } from '../definition/shop-events.ts';
import { addToCart } from '../events/add-to-cart.ts';
import { purchase } from '../events/purchase.ts';
import { signup } from '../events/signup.ts';
import { eventTypes } from '../registry.ts';
import { toBytes } from '../testing/event-text.ts';

const { envelope } = shopEvents;
const released = join(import.meta.dirname, '../../released');
const remedy = 'revert the change, or register the new form as a separate type: see docs/evolution.md';

/** All released schemas, by version and type. */
const schemas = globSync('*/*.json', { cwd: released }).map((path) => ({
  version: dirname(path),
  type: basename(path, '.json'),
  schema: readJson(join(released, path)),
}));

test.each(schemas)('$type of $version is compatible with the current schema', ({ type, version, schema }) => {
  expect(breaksOf(type, schema, eventTypes), `breaks ${version}: ${remedy}`).toEqual([]);
});

const events = globSync('*/*.ndjson', { cwd: released });

test.each(events)('the sample events of %s are still accepted', (path) => {
  const lines = readFileSync(join(released, path), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(10);
  const rejected = lines.map((line) => decodeEvent(toBytes(line))).filter(({ ok }) => !ok);
  expect(rejected, remedy).toEqual([]);
});

test('every version has sample events of each of its types', () => {
  const names = (paths: readonly string[]) => paths.map((path) => path.replace(/\.\w+$/, '')).sort();
  expect(names(events)).toEqual(names(globSync('*/*.json', { cwd: released })));
  expect(readdirSync(released)).not.toEqual([]);
});

test.each([
  ['a removed member', { purchase: Type.Omit(purchase, ['currency']) }, ['/payload/currency was removed']],
  [
    'a member that became optional',
    {
      purchase: Type.Composite([
        Type.Omit(purchase, ['amount']),
        Type.Partial(Type.Pick(purchase, ['amount'])),
      ]),
    },
    ['/payload/amount became optional, but consumers rely on it'],
  ],
  [
    'a new required member',
    { purchase: Type.Composite([purchase, Type.Object({ shop: Type.String() })]) },
    ['/payload/shop became required, but earlier producers omit it'],
  ],
  [
    'a narrowed type',
    {
      purchase: Type.Composite([
        Type.Omit(purchase, ['amount']),
        Type.Object({ amount: Type.Integer({ minimum: 0 }) }),
      ]),
    },
    ['/payload/amount: type changed from "number" to "integer"'],
  ],
  [
    'a raised bound',
    {
      add_to_cart: Type.Composite([
        Type.Omit(addToCart, ['quantity']),
        Type.Object({ quantity: Type.Integer({ minimum: 2 }) }),
      ]),
    },
    ['/payload/quantity: minimum changed from 1 to 2'],
  ],
  [
    'a removed enum value',
    { signup: Type.Object({ plan: Type.Unsafe({ type: 'string', enum: ['free', 'pro'] }) }) },
    ['/payload/plan: enum changed from ["free","pro","team"] to ["free","pro"]'],
  ],
  [
    'a closed payload',
    { signup: Type.Object(signup.properties, { additionalProperties: false }) },
    ['/payload: additionalProperties changed from unset to false'],
  ],
])('%s is a breaking change', (_, change, expected) => {
  const [type = ''] = Object.keys(change);
  expect(
    breaksOf(type, asJson(envelope.describe(type, eventTypes[type as 'purchase'])), {
      ...eventTypes,
      ...change,
    }),
  ).toEqual(expected.map((line) => `${type}${line}`));
});

test('a renamed type is a breaking change', () => {
  const { purchase: renamed, ...others } = eventTypes;
  expect(breaksOf('purchase', {}, { ...others, bought: renamed })).toEqual([
    'purchase was removed or renamed',
  ]);
});

test.each([
  [
    'a new optional member',
    Type.Composite([addToCart, Type.Object({ colour: Type.Optional(Type.String()) })]),
  ],
  [
    'a loosened bound',
    Type.Composite([
      Type.Omit(addToCart, ['quantity']),
      Type.Object({ quantity: Type.Integer({ minimum: 0 }) }),
    ]),
  ],
  ['a description', Type.Object(addToCart.properties, { description: 'Into the cart' })],
])('%s is allowed', (_, changed) => {
  const before = asJson(envelope.describe('add_to_cart', addToCart));
  expect(breaksOf('add_to_cart', before, { add_to_cart: changed })).toEqual([]);
});

function breaksOf(type: string, before: Schema, types: Registry): readonly string[] {
  const now = types[type];
  if (now === undefined) return [`${type} was removed or renamed`];
  return [...findBreaks(before, asJson(envelope.describe(type, now)), type)];
}

function asJson(schema: object): Schema {
  return JSON.parse(JSON.stringify(schema));
}

function readJson(path: string): Schema {
  return JSON.parse(readFileSync(path, 'utf8'));
}
