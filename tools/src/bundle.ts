import { isBuiltin } from 'node:module';
import { type OutputOptions, type Plugin, rolldown } from 'rolldown';

/**
 * Bundles a program and its imports.
 * @param entry path of its main module
 * @returns the paths of the bundled modules
 * @throws Error if an import cannot be resolved
 */
export async function bundleProgram(entry: string, options: OutputOptions): Promise<readonly string[]> {
  const modules = await rolldown({
    input: entry,
    platform: 'node',
    // Rolldown adds `import` or `require` itself, by the kind of each import.
    resolve: { conditionNames: ['source'] },
    plugins: [lazyBuiltins],
    // Rolldown only warns, and the program would fail to start.
    onLog: (level, log, report) => report(log.code === 'UNRESOLVED_IMPORT' ? 'error' : level, log),
  });
  const { output } = await modules.write({ format: 'esm', ...options });
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

const BUILTIN = '\0builtin:';

/**
 * Imports Node's own modules as CommonJS does. An import as ES module reads all members, of which some load other
 * modules: `http.WebSocket`, `process.stdin`.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  // The bundler's own code needs `node:module` before this form of import exists.
  resolveId: (id) => (isBuiltin(id) && id !== 'node:module' ? `${BUILTIN}${id}` : null),
  load: (id) =>
    id.startsWith(BUILTIN)
      ? `module.exports = process.getBuiltinModule('${id.slice(BUILTIN.length)}');`
      : null,
};
