import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of all patches. */
export const patchFolder = join(import.meta.dirname, '../../../patches');

/**
 * The paths of a library's patches, in the order of application: its series, or its only patch, or none. Each
 * patch of a series is one concern, and begins with a header in the form of DEP-3
 * (https://dep-team.pages.debian.net/deps/dep3/).
 */
export function patchFilesOf(library: string, version: string): readonly string[] {
  const series = globSync('*.patch', { cwd: join(patchFolder, library) }).sort();
  if (series.length > 0) return series.map((file) => join(patchFolder, library, file));
  const only = join(patchFolder, `${library}@${version}.patch`);
  return existsSync(only) ? [only] : [];
}
