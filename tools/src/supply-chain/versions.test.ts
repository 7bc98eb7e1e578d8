import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { rootFolder } from '../root-folder.ts';

const manifests = globSync(['package.json', '*/package.json', '{apps,packages}/*/package.json'], {
  cwd: rootFolder,
});

/** `catalogMode: strict` only refuses other versions in `pnpm add`. */
test.each(manifests)('%s takes all versions from the catalog', (path) => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(rootFolder, path), 'utf8'),
  );
  const all: object = { ...dependencies, ...devDependencies, ...optionalDependencies };
  expect(Object.values(all).filter((version) => !/^(catalog:|workspace:\*)$/.test(version))).toEqual([]);
});

test('the Node of every platform is the one that engines are checked against', () => {
  const { nodeVersion, catalog } = parse(readFileSync(join(rootFolder, 'pnpm-workspace.yaml'), 'utf8'));
  const platforms = Object.keys(catalog).filter((name) => /^node-(bin-)?(linux|darwin)-/.test(name));
  expect(platforms.map((name) => catalog[name])).toEqual(Array(4).fill(nodeVersion));
});
