import { createRequire, registerHooks } from 'node:module';
import * as schema from '@pipeline/schema';
import { DefinitionError, type EventDefinition } from '@pipeline/schema';
import * as typebox from '@sinclair/typebox';
import * as type from '@sinclair/typebox/type';

/** What a definition imports from the program that loads it, wherever the definition lies. */
const packages: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '@pipeline/schema': { ...schema },
  '@sinclair/typebox': { ...typebox },
  '@sinclair/typebox/type': { ...type },
};

/** Scheme of the URLs of these packages. */
const SCHEME = 'program:';

/** Property of `globalThis` that holds them while a definition is loaded. */
const SHARED = '@pipeline/definition';

/**
 * Loads the definition that a module exports by default. The module may lie anywhere: the packages above
 * resolve to the program's own copies, in an executable as well.
 * @throws DefinitionError without such an export; whatever the module or Node throws while it is loaded
 */
export function importDefinition(file: string): EventDefinition {
  const exported = importDefault(file);
  if (isDefinition(exported)) return exported;
  throw new DefinitionError([
    `${exported === undefined ? 'has no default export' : 'its default export is no definition'}: it needs ` +
      '"export default defineEvents({ … })"',
  ]);
}

function isDefinition(value: unknown): value is EventDefinition {
  return typeof value === 'object' && value !== null && 'envelope' in value && 'validators' in value;
}

/**
 * `require`, because `import` in an executable resolves no files. It loads ES modules and TypeScript too, but
 * no top-level await.
 */
function importDefault(file: string): unknown {
  const hooks = registerHooks({ resolve: resolveShared, load: loadShared });
  Object.assign(globalThis, { [SHARED]: packages });
  try {
    return createRequire(file)(file).default;
  } finally {
    hooks.deregister();
    Reflect.deleteProperty(globalThis, SHARED);
  }
}

type Resolve = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>;
type Load = NonNullable<Parameters<typeof registerHooks>[0]['load']>;

const resolveShared: Resolve = (name, context, next) =>
  Object.hasOwn(packages, name)
    ? { url: `${SCHEME}${name}`, format: 'module', shortCircuit: true }
    : next(name, context);

const loadShared: Load = (url, context, next) =>
  url.startsWith(SCHEME)
    ? { format: 'module', source: sourceOf(url.slice(SCHEME.length)), shortCircuit: true }
    : next(url, context);

/** The source of a module that exports what the program's copy of a package does. */
function sourceOf(name: string): string {
  const exports = Object.keys(packages[name] ?? {}).map(
    (member, index) => `const $${index} = all['${member}']; export { $${index} as ${member} };`,
  );
  return `const all = globalThis['${SHARED}']['${name}'];\n${exports.join('\n')}\n`;
}
