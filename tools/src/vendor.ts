import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { patchFilesOf } from './patches/series.ts';

/**
 * `node vendor.ts LIBRARY ENTRY` in the folder of a package: copies the patched library into `dist/` and
 * makes the built files import it from there, because an installed package would get the library without our
 * patches. The copy includes the patches, and its version says how many: `2.2.4-pipeline.28`.
 */
const [library = '', entry = ''] = process.argv.slice(2);
const source = join('node_modules', library);
const target = join('dist', library);
const { name, version, license, type = 'commonjs', types } = readPackage();
/** Declarations with `export =` are not valid in an ES module. */
const isModule = type === 'module';
const patches = patchFilesOf(library, version ?? '');

copyLibrary();
for (const file of globSync('dist/**/*.{js,d.ts}')) if (!file.startsWith(target)) repoint(file);

function readPackage(): Readonly<Record<string, string>> & { readonly types: string } {
  return JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
}

function copyLibrary(): void {
  for (const path of globSync('{LICENSE,index.js,src}', { cwd: source }))
    cpSync(join(source, path), join(target, path), { recursive: true, dereference: true });
  const declarations = readFileSync(join(source, types), 'utf8');
  writeFileSync(
    join(target, entry.replace(/\.js$/, '.d.ts')),
    isModule ? declarations.replace(/^export = /m, 'export default ') : declarations,
  );
  for (const path of patches) cpSync(path, join(target, 'patches', basename(path)));
  const manifest = { name, version: `${version}-pipeline.${patches.length}`, license, type };
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest, null, 2));
}

/** Replaces the imports of the library in a built file by relative paths. */
function repoint(file: string): void {
  const folder = `./${relative(dirname(file), target)}`;
  const text = readFileSync(file, 'utf8');
  const repointed = text
    .replaceAll(
      new RegExp(`from '${library}(/[^']*)?'`, 'g'),
      (_, path = `/${entry}`) => `from '${folder}${path}'`,
    )
    .replaceAll(`import("${library}")`, `import("${folder}/${entry}")${isModule ? '.default' : ''}`);
  if (repointed !== text) writeFileSync(file, repointed);
}
