import { join } from 'node:path';
import { type OutputOptions, rolldown } from 'rolldown';

/**
 * Bundles an app and its imports.
 * @param app its folder
 * @returns the paths of the bundled modules
 * @throws Error if an import cannot be resolved
 */
export async function bundleApp(app: string, options: OutputOptions): Promise<readonly string[]> {
  const modules = await rolldown({
    input: join(app, 'src/main.ts'),
    platform: 'node',
    // Rolldown adds `import` or `require` itself, by the kind of each import.
    resolve: { conditionNames: ['source'] },
    // Rolldown only warns, and the program would fail to start.
    onLog: (level, log, report) => report(log.code === 'UNRESOLVED_IMPORT' ? 'error' : level, log),
  });
  const { output } = await modules.write({ format: 'esm', ...options });
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}
