import { symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readSettings } from '@pipeline/runtime';
import { shopEvents } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { loadDefinition } from './load-definition.ts';
import { eventSettings } from './settings.ts';
import { check, createFolder, load, problemsOf } from './testing/files.ts';

test('without a setting the definition is the built-in one', async () => {
  expect(await loadDefinition(readSettings(eventSettings, {}))).toBe(shopEvents);
});

const placed = `export default defineEvents({
  types: [eventType('order.placed', Type.Object({ amount: Type.Number() }))],
});`;

const modules = {
  'typescript.ts': `import { defineEvents, type Event, eventType, Type } from '@pipeline/schema';
    interface Unused { readonly event: Event }
    ${placed}`,
  'module.mjs': `import { defineEvents, eventType, Type } from '@pipeline/schema';\n${placed}`,
  'script.js': `import { defineEvents, eventType } from '@pipeline/schema';
    import { Type } from '@sinclair/typebox';\n${placed}`,
  'parts.ts': `import { defineEvents, eventType } from '@pipeline/schema';
    import { Object, Number } from '@sinclair/typebox/type';
    import { name } from './lib/name.ts';
    export default defineEvents({ types: [eventType(name, Object({ amount: Number() }))] });`,
  'lib/name.ts': `export const name: string = 'order.placed';`,
};

test.each(['typescript.ts', 'module.mjs', 'script.js', 'parts.ts'])(
  '%s is loaded from a folder without node_modules',
  async (name) => {
    const definition = await load(join(createFolder(modules), name));
    expect(Object.keys(definition.types)).toEqual(['order.placed']);
    expect(check(definition, 'order.placed', { amount: 7 })).toBe('ok');
    expect(check(definition, 'order.placed', { amount: '7' })).toBe(
      'invalid_payload /payload/amount must be number',
    );
    expect(check(definition, 'order', {})).toBe('unknown_event_type /event_type is not registered');
  },
);

const schema = `import { defineEvents, eventType, Type } from '@pipeline/schema';`;
const remedy = 'it needs "export default defineEvents({ … })"';

test.each([
  ['a module without a default export', 'export const events = 1;', `has no default export: ${remedy}`],
  [
    'the argument of defineEvents',
    'export default { types: [] };',
    `its default export is no definition: ${remedy}`,
  ],
  ['a syntax error', 'export default {\n  types: [\n', 'Expression expected (events.ts:2)'],
  ['a TypeScript enum', 'enum A { B }', 'TypeScript enum is not supported in strip-only mode (events.ts:1)'],
  ['a thrown error', 'const a = 1;\nthrow new Error("no database\\n at all");', 'no database (events.ts:2)'],
  ['a thrown value', 'throw "stop";', 'stop'],
  [
    'an import that does not exist',
    "import { defineEventz } from '@pipeline/schema';\nexport default defineEventz;",
    "The requested module '@pipeline/schema' does not provide an export named 'defineEventz'",
  ],
])('%s is reported in one line', async (_, source, problem) => {
  expect(await problemsOf(join(createFolder({ 'events.ts': source }), 'events.ts'))).toEqual([problem]);
});

test('a package that the folder lacks is reported by name', async () => {
  const folder = createFolder({ 'events.ts': "import 'left-pad';" });
  expect(await problemsOf(join(folder, 'events.ts'))).toEqual([
    expect.stringMatching(/^Cannot find package 'left-pad' imported from \S+events.ts$/),
  ]);
});

test('all problems of a definition are reported, a line each', async () => {
  const types = `[
    eventType('${'é'.repeat(128)}', Type.Object({})),
    eventType('order', Type.Object({ at: Type.String({ format: 'unheard-of' }) })),
    eventType('order', Type.Object({})),
  ]`;
  const folder = createFolder({
    'events.ts': `${schema}\nexport default defineEvents({ types: ${types} });`,
  });
  expect(await problemsOf(join(folder, 'events.ts'))).toEqual([
    expect.stringMatching(/^type "é+": the name must be 1 to 255 bytes/),
    'type order: is defined more than once',
    expect.stringMatching(/^type order: unknown format "unheard-of"/),
  ]);
});

test('a path that does not exist is reported', async () => {
  expect(await problemsOf('/nowhere/events.ts')).toEqual(['does not exist']);
});

test.each(['EVENTS_ENVELOPE', 'EVENTS_UNKNOWN_TYPES'])('%s applies to folders only', async (name) => {
  const folder = createFolder(modules);
  const value = name === 'EVENTS_ENVELOPE' ? 'native' : 'store';
  const problem = `${name}: applies only if EVENTS is a folder of JSON Schemas`;
  await expect(load(join(folder, 'module.mjs'), { [name]: value })).rejects.toThrow(problem);
  await expect(load('', { [name]: value })).rejects.toThrow(problem);
});

/** Undefined if it cannot be found; NODE_PATH may name a folder that has it. */
function requireFrom(file: string, name: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return createRequire(file)(name);
  } catch {
    return undefined;
  }
}

test('only definitions get the packages of the program, and only while they are loaded', async () => {
  const file = join(createFolder(modules), 'module.mjs');
  await load(file);
  expect(requireFrom(file, '@pipeline/schema')?.['shopEvents']).not.toBe(shopEvents);
  expect(globalThis).not.toHaveProperty(['@pipeline/definition']);
});

test('an error in an imported file names that file', async () => {
  const folder = createFolder({
    'events.ts': "import './lib/types.ts';\nexport default 1;",
    'lib/types.ts': 'export {};\n\nthrow new Error("no types");',
  });
  expect(await problemsOf(join(folder, 'events.ts'))).toEqual(['no types (lib/types.ts:3)']);
});

test('a module of a mounted ConfigMap is loaded through its links, with its imports', async () => {
  const folder = createFolder({
    '..data/events.ts': modules['parts.ts'].replace('./lib/name.ts', './name.ts'),
    '..data/name.ts': modules['lib/name.ts'],
  });
  symlinkSync('..data/events.ts', join(folder, 'events.ts'));
  expect(Object.keys((await load(join(folder, 'events.ts'))).types)).toEqual(['order.placed']);
});
