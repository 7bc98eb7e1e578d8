import { readFileSync } from 'node:fs';
import { patchFilesOf } from '../patches/series.ts';
import { hashesOf } from './hashes.ts';
import type { BundledPackage } from './packages.ts';

/**
 * What a package was made from, as members of a CycloneDX component: the hashes of the published package; if
 * it is patched, a pedigree of the published package and the patches
 * (https://cyclonedx.org/docs/1.6/json/#components_items_pedigree). Each patch describes itself in its header.
 */
export function originOf({ name, version }: Pick<BundledPackage, 'name' | 'version'>) {
  const hashes = hashesOf(name, version);
  const patches = patchFilesOf(name, version).map((path) => ({
    type: 'unofficial',
    diff: { text: { contentType: 'text/x-diff', content: readFileSync(path, 'utf8') } },
  }));
  if (patches.length === 0) return { hashes };
  return { pedigree: { ancestors: [{ type: 'library', name, version, hashes }], patches } };
}
