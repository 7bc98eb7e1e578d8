import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { rootFolder } from '../root-folder.ts';

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly resolution: { readonly integrity: string } }>>;
}

const lockfile: Lockfile = parse(readFileSync(join(rootFolder, 'pnpm-lock.yaml'), 'utf8'));

/**
 * The SHA-512 of a published package, from the lockfile, in the form of CycloneDX
 * (https://cyclonedx.org/docs/1.6/json/#components_items_hashes); empty for packages of this repository.
 */
export function hashesOf(name: string, version: string) {
  const integrity = lockfile.packages[`${name}@${version}`]?.resolution.integrity;
  if (integrity === undefined) return [];
  const digest = Buffer.from(integrity.replace('sha512-', ''), 'base64');
  return [{ alg: 'SHA-512', content: digest.toString('hex') }];
}
