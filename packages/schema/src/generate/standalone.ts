import { Ajv } from 'ajv';
import { default as standalone } from 'ajv/dist/standalone/index.js';
import { toEventSchema, toJsonSchema } from '../json-schema.ts';
import { eventTypes } from '../registry.ts';

/** A module that compiles nothing when it is loaded, and its declarations. */
export interface Standalone {
  readonly code: string;
  readonly declarations: string;
}

/** Validators of the registered types, compiled beforehand for places that forbid `eval`. */
export function renderStandalone(): Standalone {
  const ajv = new Ajv({ strict: true, strictNumbers: false, code: { source: true, esm: true } });
  const types = Object.entries(eventTypes);
  ajv.addSchema(toJsonSchema(eventTypes), 'event');
  for (const [name, payload] of types) ajv.addSchema(toEventSchema(name, payload), name);
  const names = Object.fromEntries(['event', ...types.map(([name]) => name)].map((name) => [name, name]));
  return {
    code: withoutRequire(standalone.default(ajv, names)),
    declarations: declare(Object.keys(eventTypes)),
  };
}

/** Ajv asks its own package for the length of a text in code points, in a way that modules do not have. */
function withoutRequire(code: string): string {
  return code.replaceAll('require("ajv/dist/runtime/ucs2length").default', '((text) => [...text].length)');
}

function declare(types: readonly string[]): string {
  const lines = types.map(
    (name) => `export declare const ${name}: Check<Extract<Event, { readonly event_type: '${name}' }>>;`,
  );
  return `import type { Event } from './registry.js';

/** Whether a value is an event; \`errors\` says why the last one was not. */
export interface Check<AnyEvent> {
  (value: unknown): value is AnyEvent;
  errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
}

/** An event of any registered type. */
export declare const event: Check<Event>;
${lines.join('\n')}
`;
}
