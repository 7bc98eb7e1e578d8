import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderChartSchema } from './chart-schema.ts';
import { renderCommands } from './commands-reference.ts';
import { knownSettings } from './known-settings.ts';
import { renderMetrics } from './metrics-reference.ts';
import { rootFolder } from './root-folder.ts';
import { renderEnvExample, renderSettings } from './settings-reference.ts';
import { renderTables } from './tables-reference.ts';
import { renderSupport } from './versions-reference.ts';

/** Every page that is generated from the code, as a whole or in parts, by its path from the root. */
export async function renderReferences(): Promise<Readonly<Record<string, string>>> {
  const groups = knownSettings();
  return {
    'docs/settings.md': renderSettings(groups),
    'docs/metrics.md': renderMetrics(),
    'docs/commands.md': await renderCommands(),
    'docs/tables.md': renderTables(readFileSync(join(rootFolder, 'docs/tables.md'), 'utf8')),
    'infra/chart/values.schema.json': renderChartSchema(
      readFileSync(join(rootFolder, 'infra/chart/values.schema.json'), 'utf8'),
      groups,
    ),
    'docs/support.md': renderSupport(readFileSync(join(rootFolder, 'docs/support.md'), 'utf8')),
    'docs/openapi.json': readFileSync(fileURLToPath(import.meta.resolve('stats/openapi.json')), 'utf8'),
    '.env.example': renderEnvExample(groups),
  };
}
