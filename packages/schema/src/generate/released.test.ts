import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { expect, test } from 'vitest';
import { decodeEvent } from '../decode.ts';
import { addToCart } from '../events/add-to-cart.ts';
import { purchase } from '../events/purchase.ts';
import { signup } from '../events/signup.ts';
import { toEventSchema } from '../json-schema.ts';
import { eventTypes, type Registry } from '../registry.ts';
import { toBytes } from '../testing/event-text.ts';
import { findBreaks, type Schema } from './find-breaks.ts';

const released = join(import.meta.dirname, '../../released');
const remedy = 'put it back, or register the new form as a type of its own beside it: see docs/evolution.md';

/** Every schema that was ever released, by version and type. */
const schemas = globSync('*/*.json', { cwd: released }).map((path) => ({
  version: dirname(path),
  type: basename(path, '.json'),
  schema: readJson(join(released, path)),
}));

test.each(schemas)('$type of $version is still sent and read as it was', ({ type, version, schema }) => {
  expect(breaksOf(type, schema, eventTypes), `breaks ${version}: ${remedy}`).toEqual([]);
});

const events = globSync('*/*.ndjson', { cwd: released });

test.each(events)('the events of %s are still decoded', (path) => {
  const lines = readFileSync(join(released, path), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(10);
  const rejected = lines.map((line) => decodeEvent(toBytes(line))).filter(({ ok }) => !ok);
  expect(rejected, remedy).toEqual([]);
});

test('every version keeps events of each of its types', () => {
  const names = (paths: readonly string[]) => paths.map((path) => path.replace(/\.\w+$/, '')).sort();
  expect(names(events)).toEqual(names(globSync('*/*.json', { cwd: released })));
  expect(readdirSync(released)).not.toEqual([]);
});

test.each([
  [
    'a member that is removed',
    { purchase: Type.Omit(purchase, ['currency']) },
    ['/payload/currency is gone'],
  ],
  [
    'a member that need not be there any more',
    {
      purchase: Type.Composite([
        Type.Omit(purchase, ['amount']),
        Type.Partial(Type.Pick(purchase, ['amount'])),
      ]),
    },
    ['/payload/amount need not be there any more, and readers rely on it'],
  ],
  [
    'a member that must be there now',
    { purchase: Type.Composite([purchase, Type.Object({ shop: Type.String() })]) },
    ['/payload/shop must be there now, and earlier senders leave it out'],
  ],
  [
    'a narrowed type',
    {
      purchase: Type.Composite([
        Type.Omit(purchase, ['amount']),
        Type.Object({ amount: Type.Integer({ minimum: 0 }) }),
      ]),
    },
    ['/payload/amount had type "number", and has "integer"'],
  ],
  [
    'a raised bound',
    {
      add_to_cart: Type.Composite([
        Type.Omit(addToCart, ['quantity']),
        Type.Object({ quantity: Type.Integer({ minimum: 2 }) }),
      ]),
    },
    ['/payload/quantity had minimum 1, and has 2'],
  ],
  [
    'a word that is struck from a list',
    { signup: Type.Object({ plan: Type.Unsafe({ type: 'string', enum: ['free', 'pro'] }) }) },
    ['/payload/plan had enum ["free","pro","team"], and has ["free","pro"]'],
  ],
  [
    'a closed payload',
    { signup: Type.Object(signup.properties, { additionalProperties: false }) },
    ['/payload had additionalProperties unset, and has false'],
  ],
])('%s is refused', (_, change, expected) => {
  const [type = ''] = Object.keys(change);
  expect(
    breaksOf(type, asJson(toEventSchema(type, eventTypes[type as 'purchase'])), { ...eventTypes, ...change }),
  ).toEqual(expected.map((line) => `${type}${line}`));
});

test('an event that is renamed is refused', () => {
  const { purchase: renamed, ...others } = eventTypes;
  expect(breaksOf('purchase', {}, { ...others, bought: renamed })).toEqual([
    'purchase is gone, or has another name',
  ]);
});

test.each([
  [
    'a member that may be left out',
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
  const before = asJson(toEventSchema('add_to_cart', addToCart));
  expect(breaksOf('add_to_cart', before, { add_to_cart: changed })).toEqual([]);
});

function breaksOf(type: string, before: Schema, types: Registry): readonly string[] {
  const now = types[type];
  if (now === undefined) return [`${type} is gone, or has another name`];
  return [...findBreaks(before, asJson(toEventSchema(type, now)), type)];
}

function asJson(schema: object): Schema {
  return JSON.parse(JSON.stringify(schema));
}

function readJson(path: string): Schema {
  return JSON.parse(readFileSync(path, 'utf8'));
}
