import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderCommands } from './commands-reference.ts';
import { knownSettings } from './known-settings.ts';
import { renderMetrics } from './metrics-reference.ts';
import { renderEnvExample, renderSettings } from './settings-reference.ts';

/** Every page that is generated from the code, by its path from the root. */
export async function renderReferences(): Promise<Readonly<Record<string, string>>> {
  const groups = knownSettings();
  return {
    'docs/settings.md': renderSettings(groups),
    'docs/metrics.md': renderMetrics(),
    'docs/commands.md': await renderCommands(),
    'docs/openapi.json': readFileSync(fileURLToPath(import.meta.resolve('stats/openapi.json')), 'utf8'),
    '.env.example': renderEnvExample(groups),
  };
}
