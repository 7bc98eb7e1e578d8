import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { default as standalone } from 'ajv/dist/standalone/index.js';
import type { EventDefinition } from '../definition/definition.ts';
import { shopEvents } from '../definition/shop-events.ts';
import { toJsonSchema } from '../json-schema.ts';

/** Source of a module of precompiled validators, and its type declarations. */
export interface Standalone {
  readonly code: string;
  readonly declarations: string;
}

/**
 * Precompiled validators of the records of a definition's types, for environments that forbid `eval`.
 * @throws Error if a type is named `event`, or Ajv cannot compile a schema
 */
export function renderStandalone(definition: EventDefinition = shopEvents): Standalone {
  const { envelope, types } = definition;
  if (Object.hasOwn(types, 'event')) throw new Error('an event type must not be named event: it is exported');
  const code = { source: true, esm: true };
  const ajv = new Ajv({ strict: true, strictNumbers: false, ownProperties: true, code });
  const schemas = Object.entries(types).map(
    ([name, payload]) => [name, envelope.describe(name, payload)] as const,
  );
  const all = [['event', toJsonSchema(definition)] as const, ...schemas];
  for (const [index, [, schema]] of all.entries()) ajv.addSchema(schema, variableOf(index));
  const variables = Object.fromEntries(all.map((_, index) => [variableOf(index), variableOf(index)]));
  const exported = all.map(([name], index) => `${variableOf(index)} as ${exportName(name)}`).join(', ');
  return {
    code: `${withoutRequire(standalone.default(ajv, variables)).replaceAll('export const $', 'const $')}
export { ${exported} };
`,
    declarations: `${declare(definition)}export { ${exported} };
`,
  };
}

/** The variable of a validator: a type may be named like a reserved word, or not like a variable at all. */
function variableOf(index: number): string {
  return `$${index}`;
}

function exportName(type: string): string {
  return /^[\w$]+$/.test(type) ? type : JSON.stringify(type);
}

const { default: equal } = createRequire(import.meta.url)('ajv/dist/runtime/equal');

/**
 * Inlines the two helpers that Ajv's generated code loads with `require`, which ES modules do not have:
 * string length in code points, and deep equality.
 */
function withoutRequire(code: string): string {
  return code
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', '((text) => [...text].length)')
    .replaceAll('require("ajv/dist/runtime/equal").default', `(${equal})`);
}

/** Only the built-in definition has a module to import its types from. */
function declare(definition: EventDefinition): string {
  const isBuiltIn = definition === shopEvents;
  const checks = ['Event', ...Object.keys(definition.types).map(typeOf)].map(
    (type, index) => `declare const ${variableOf(index)}: Check<${isBuiltIn ? type : 'unknown'}>;`,
  );
  return `${isBuiltIn ? "import type { Event } from './definition/shop-events.js';\n\n" : ''}\
/** Whether a value is a valid event; \`errors\` holds the errors of the last call. */
export interface Check<AnyEvent> {
  (value: unknown): value is AnyEvent;
  errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
}

/** The first is of an event of any type. */
${checks.join('\n')}
`;
}

function typeOf(type: string): string {
  return `Extract<Event, { readonly event_type: '${type}' }>`;
}
