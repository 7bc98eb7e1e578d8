import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { expect, test } from 'vitest';
import { decodeEvent } from '../decode.ts';
import { defineEvents, eventType } from '../definition/define-events.ts';
import type { EventDefinition } from '../definition/definition.ts';
import { fields } from '../envelopes/fields.ts';
import { createRandom } from '../testing/create-random.ts';
import { defineTypes } from '../testing/define-types.ts';
import { toBytes, writeEvent } from '../testing/event-text.ts';
import { mixedEvents } from '../testing/mixed-events.ts';
import { renderStandalone } from './standalone.ts';

const texts = mixedEvents(createRandom(7)).take(2_000).toArray();

/** Runs a standalone module in isolation with `eval` disabled, as under a strict Content-Security-Policy. */
function runWithoutEval(body: string, input: unknown, definition?: EventDefinition) {
  const folder = mkdtempSync(join(tmpdir(), 'standalone-'));
  try {
    writeFileSync(join(folder, 'standalone.mjs'), renderStandalone(definition).code);
    writeFileSync(
      join(folder, 'main.mjs'),
      `import * as module from './standalone.mjs';
       import { readFileSync } from 'node:fs';
       const input = JSON.parse(readFileSync(0, 'utf8'));
       console.log(JSON.stringify(${body}));`,
    );
    const args = ['--disallow-code-generation-from-strings', join(folder, 'main.mjs')];
    const options = { input: JSON.stringify(input), encoding: 'utf8' } as const;
    return JSON.parse(execFileSync(process.execPath, args, options));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('standalone validators agree with decodeEvent, without eval and imports', () => {
  const accepted = texts.map((text) => decodeEvent(toBytes(text)).ok);
  expect(new Set(accepted).size).toBe(2);
  expect(runWithoutEval('input.map((text) => module.event(JSON.parse(text)))', texts)).toEqual(accepted);
  expect(renderStandalone().code).not.toMatch(/\brequire\(|\bimport\b|new Function/);
});

function eventOf(type: string, payload: string): unknown {
  return JSON.parse(writeEvent({ event_type: `"${type}"`, payload }));
}

test('a type may be named like a reserved word or an internal variable', () => {
  const names = ['return', 'delete', 'schema11', 'validate10'];
  const types = Object.fromEntries(names.map((name) => [name, Type.Object({})]));
  expect(runWithoutEval('Object.keys(module)', null, defineTypes(types)).sort()).toEqual(
    ['event', ...names].sort(),
  );
  const body = '[module.return(input), module.event(input), module.delete(input)]';
  expect(runWithoutEval(body, eventOf('return', '{}'), defineTypes(types))).toEqual([true, true, false]);
});

test('uniqueItems compares objects without imports', () => {
  const lines = Type.Array(Type.Object({}), { uniqueItems: true });
  const inputs = ['[{"a":1,"b":[2]},{"a":1,"b":[3]}]', '[{"a":1,"b":[2]},{"b":[2],"a":1}]'].map((text) =>
    eventOf('order', `{"lines":${text}}`),
  );
  const types = { order: Type.Object({ lines }) };
  expect(runWithoutEval('input.map((one) => module.order(one))', inputs, defineTypes(types))).toEqual([
    true,
    false,
  ]);
});

test('the validators of a definition read its envelope and have its names', () => {
  const definition = defineEvents({
    envelope: fields({ id: '/meta/id', type: '/meta/type', payload: '/data', otherMembers: 'reject' }),
    types: [eventType('com.shop/order-placed', Type.Object({ amount: Type.Number() }))],
  });
  const right = { meta: { id: 7, type: 'com.shop/order-placed' }, data: { amount: 1 } };
  const inputs = [
    right,
    { ...right, data: {} },
    { ...right, meta: { type: 'com.shop/order-placed' } },
    { ...right, more: 1 },
  ];
  const body = `input.map((one) => module['com.shop/order-placed'](one) && module.event(one))`;
  expect(runWithoutEval(body, inputs, definition)).toEqual([true, false, false, false]);
  const { declarations } = renderStandalone(definition);
  expect(declarations).toContain('$1 as "com.shop/order-placed"');
  expect(declarations).not.toContain('import');
});

test('a type named like the validator of all types is refused', () => {
  expect(() => renderStandalone(defineTypes({ event: Type.Object({}) }))).toThrow('named event');
});
