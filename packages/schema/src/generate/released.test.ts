import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeEvent } from '../decode.ts';
import type { Registry } from '../definition/definition.ts';
import { findBreaks, type Schema } from '../definition/find-breaks.ts';
import { shopEvents } from '../definition/shop-events.ts';
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
