import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One concern of a series, with a header in the form of DEP-3 (https://dep-team.pages.debian.net/deps/dep3/). */
export interface Patch {
  /** `NN-name.patch`; the names are in the order of application. */
  readonly file: string;
  readonly description: string;
  /** The upstream issue or pull request, or "none filed". */
  readonly bug: string;
  /** Whether it was sent upstream. */
  readonly forwarded: string;
  /** `FILE: TEST NAME` of the tests that fail without the patch. */
  readonly tests: readonly string[];
  /** The diff, without the header. */
  readonly diff: string;
}

/** The folder of all patches. */
export const patchFolder = join(import.meta.dirname, '../../../patches');

/** The paths of a library's patches, in the order of application: its series, or its only patch, or none. */
export function patchFilesOf(library: string, version: string): readonly string[] {
  const series = globSync('*.patch', { cwd: join(patchFolder, library) }).sort();
  if (series.length > 0) return series.map((file) => join(patchFolder, library, file));
  const only = join(patchFolder, `${library}@${version}.patch`);
  return existsSync(only) ? [only] : [];
}

/** The patches of a library that is patched by a series, in the order of application. */
export function readSeries(library: string): readonly Patch[] {
  return patchFilesOf(library, '').map((path) => parsePatch(basename(path), readFileSync(path, 'utf8')));
}

/**
 * Parses the text of a patch.
 * @throws Error if a field of the header is missing
 */
export function parsePatch(file: string, text: string): Patch {
  const start = text.search(/^diff --git /m);
  const fields = readFields(text.slice(0, start));
  const read = (name: string) => {
    const [value] = fields.get(name) ?? [];
    if (start < 0 || value === undefined) throw new Error(`${file} has no ${start < 0 ? 'diff' : name}`);
    return value;
  };
  return {
    file,
    description: read('Description'),
    bug: read('Bug'),
    forwarded: read('Forwarded'),
    tests: [read('Test'), ...(fields.get('Test') ?? []).slice(1)],
    diff: text.slice(start),
  };
}

/** Lines that begin with a space continue the field before. */
function readFields(header: string): ReadonlyMap<string, readonly string[]> {
  const lines = header.replace(/\n +/g, ' ').split('\n');
  const entries = lines.flatMap((line) => {
    const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [{ name, value }];
  });
  const grouped = Map.groupBy(entries, ({ name }) => name);
  return new Map([...grouped].map(([name, found]) => [name, found.map(({ value }) => value)]));
}
