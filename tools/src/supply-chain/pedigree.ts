import { readFileSync } from 'node:fs';
import { patchFilesOf } from '../patches/series.ts';
import type { BundledPackage } from './packages.ts';

/**
 * How a package differs from the published one, as a component's pedigree in CycloneDX
 * (https://cyclonedx.org/docs/1.6/json/#components_items_pedigree). Each patch describes itself in its header.
 * @returns an empty object if the package is not patched
 */
export function pedigreeOf({ name, version }: Pick<BundledPackage, 'name' | 'version'>) {
  const patches = patchFilesOf(name, version).map((path) => ({
    type: 'unofficial',
    diff: { text: { contentType: 'text/x-diff', content: readFileSync(path, 'utf8') } },
  }));
  return patches.length === 0 ? {} : { pedigree: { patches } };
}
