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

/** Precompiled validators of event types, for environments that forbid `eval`. */
export function renderStandalone(definition: EventDefinition = shopEvents): Standalone {
  const { envelope, types } = definition;
  const code = { source: true, esm: true };
  const ajv = new Ajv({ strict: true, strictNumbers: false, ownProperties: true, code });
  ajv.addSchema(toJsonSchema(definition), 'event');
  for (const [name, payload] of Object.entries(types)) ajv.addSchema(envelope.describe(name, payload), name);
  const names = ['event', ...Object.keys(types)];
  const variables = Object.fromEntries(names.map((name) => [variableOf(name), name]));
  const exported = names.map((name) => `${variableOf(name)} as ${name}`).join(', ');
  return {
    code: `${withoutRequire(standalone.default(ajv, variables)).replaceAll('export const $', 'const $')}
export { ${exported} };
`,
    declarations: `${declare(Object.keys(types))}export { ${exported} };
`,
  };
}

/** Prefixed, because a type may have the name of a reserved word such as `return`. */
function variableOf(name: string): string {
  return `$${name}`;
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

function declare(types: readonly string[]): string {
  const lines = types.map(
    (name) => `declare const ${variableOf(name)}: Check<Extract<Event, { readonly event_type: '${name}' }>>;`,
  );
  return `import type { Event } from './definition/shop-events.js';

/** Whether a value is a valid event; \`errors\` holds the errors of the last call. */
export interface Check<AnyEvent> {
  (value: unknown): value is AnyEvent;
  errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
}

/** An event of any registered type. */
declare const ${variableOf('event')}: Check<Event>;
${lines.join('\n')}
`;
}
