import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package with code in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** The SPDX expression in the package's manifest; `unknown` without one. */
  readonly license: string;
}

/** The packages that files belong to, without repeats, sorted by name. */
export function packagesOf(files: readonly string[]): readonly BundledPackage[] {
  const folders = new Set(files.flatMap((file) => folderOf(dirname(file)) ?? []));
  const packages = [...folders].map(readPackage);
  const byName = new Map(packages.map((found) => [`${found.name}@${found.version}`, found]));
  return [...byName.keys()].sort().flatMap((key) => byName.get(key) ?? []);
}

/** The nearest parent folder with a package; manifests without a version only mark subfolders. */
function folderOf(folder: string): string | undefined {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : folderOf(parent);
}

function readPackage(folder: string): BundledPackage {
  const {
    name,
    version,
    license = 'unknown',
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { name, version, license };
}
