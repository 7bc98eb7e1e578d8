import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { rootFolder } from './root-folder.ts';

const pages = globSync('**/*.md', { cwd: rootFolder, exclude: ['**/node_modules/**'] });

test.each(pages)('%s links to nothing that is missing', (page) => {
  expect(linksOf(page).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
});

test.each(pages)('%s names no file that is missing', (page) => {
  expect(pathsOf(page).filter((path) => !existsSync(join(rootFolder, path)))).toEqual([]);
});

const proofs = proofsOf('docs/guarantees.md');

test.each(proofs)('$file has what the guarantees quote of it: $quote', ({ file, quote }) => {
  expect(readFileSync(join(rootFolder, file), 'utf8')).toContain(quote);
});

test('every guarantee is proven', () => {
  const rows = proseOf('docs/guarantees.md').match(/^\| (?!promise).*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter((row) => !/ `\S+\.ts` ".+" \|$/.test(row))).toEqual([]);
});

/** The targets of links within the repository. */
function linksOf(page: string): readonly string[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  return existsSync(join(rootFolder, target)) && (anchor === undefined || anchorsOf(target).includes(anchor));
}

/** What GitHub makes of headings: lower case, without punctuation, dashes for spaces. */
function anchorsOf(page: string): readonly string[] {
  const headings = proseOf(page).match(/^#+ .+$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Paths of the repository that a page shows as code; patterns and folders of data are left out. */
function pathsOf(page: string): readonly string[] {
  const codes = [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');
  return codes.filter((code) => /^(apps|packages|infra|docs|sql|e2e|bench)\/[\w./-]+$/.test(code));
}

/** Quotes from files of the repository: a path as code, then what stands there, once or several times. */
function proofsOf(page: string): readonly { readonly file: string; readonly quote: string }[] {
  const cells = [...proseOf(page).matchAll(/`([\w./-]+\.ts)`((?: (?:and )?"[^"]+")+)/g)];
  return cells.flatMap(([, file = '', quotes = '']) =>
    [...quotes.matchAll(/"([^"]+)"/g)].map(([, quote = '']) => ({ file, quote })),
  );
}

/** A page without its blocks of code. */
function proseOf(page: string): string {
  return readFileSync(join(rootFolder, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
}
