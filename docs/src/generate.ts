import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReferences } from './references.ts';
import { rootFolder } from './root-folder.ts';

for (const [path, text] of Object.entries(await renderReferences()))
  writeFileSync(join(rootFolder, path), text);
