import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderStandalone } from './standalone.ts';

const folder = join(import.meta.dirname, '../../dist');
const { code, declarations } = renderStandalone();

writeFileSync(join(folder, 'standalone.js'), code);
writeFileSync(join(folder, 'standalone.d.ts'), declarations);
