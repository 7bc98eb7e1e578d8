import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { renderSchemaFiles } from '../definition/schema-files.ts';
import { shopEvents } from '../definition/shop-events.ts';
import { renderStandalone } from './standalone.ts';

/** Without arguments the built-in definition is rendered to `schemas/`: `generate [MODULE FOLDER]`. */
const [path, target] = process.argv.slice(2);
const definition = path === undefined ? shopEvents : (await import(resolve(path))).default;
const folder = target ?? join(import.meta.dirname, '../../schemas');

if (path === undefined) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of renderSchemaFiles(manifest.version, definition))
  writeFileSync(join(folder, name), text);
if (path !== undefined) {
  const { code, declarations } = renderStandalone(definition);
  writeFileSync(join(folder, 'standalone.js'), code);
  writeFileSync(join(folder, 'standalone.d.ts'), declarations);
}
