import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { renderSchemaFiles } from './schema-files.ts';

const folder = join(import.meta.dirname, '../../schemas');

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, text] of renderSchemaFiles(manifest.version)) writeFileSync(join(folder, name), text);
