import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import GithubSlugger from 'github-slugger';
import { expect, test } from 'vitest';
import { rootFolder } from './root-folder.ts';

const pages = globSync('**/*.md', { cwd: rootFolder, exclude: ['**/node_modules/**'] });

test.each(pages)('%s has no broken link', (page) => {
  expect(linksOf(page).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
});

test.each(pages)('%s names only files that exist', (page) => {
  expect(pathsOf(page).filter((path) => !existsSync(join(rootFolder, path)))).toEqual([]);
});

test.each(pages)('%s quotes only scripts and tasks that exist', (page) => {
  expect(commandsOf(page).filter((command) => !isDefined(command))).toEqual([]);
});

test('a script that does not exist is found', () => {
  expect(isDefined('pnpm --filter consumer start --once')).toBe(true);
  expect(isDefined('pnpm --filter consumer stop')).toBe(false);
  expect(isDefined('pnpm turbo run nothing')).toBe(false);
});

test('the README introduces the project in at most 150 lines', () => {
  const [introduction = '', reference] = readPage('README.md').split('\n# Reference\n');
  expect(reference).toBeDefined();
  expect(introduction.split('\n').length).toBeLessThanOrEqual(150);
});

test('the index lists every page of the documentation', () => {
  const listed = linksOf('docs/README.md').map((link) => join('docs', link));
  const all = globSync('docs/{,platforms/}*.md', { cwd: rootFolder }).filter(
    (page) => page !== 'docs/README.md',
  );
  expect(all.filter((page) => !listed.includes(page))).toEqual([]);
});

const proofs = proofsOf('docs/guarantees.md');

test.each(proofs)('$file contains the quote of the guarantees: $quote', ({ file, quote }) => {
  expect(readPage(file)).toContain(quote);
});

test('every guarantee is proven', () => {
  const rows = proseOf('docs/guarantees.md').match(/^\| (?!promise).*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter((row) => !/ `\S+\.ts` ".+" \|$/.test(row))).toEqual([]);
});

function readPage(page: string): string {
  return readFileSync(join(rootFolder, page), 'utf8');
}

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

/** The anchors that GitHub derives from headings, and explicit ones. */
function anchorsOf(page: string): readonly string[] {
  const prose = proseOf(page);
  const headings = prose.match(/(?<=^#+ ).+$/gm) ?? [];
  const explicit = [...prose.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  const slugger = new GithubSlugger();
  return [...explicit, ...headings.map((heading) => slugger.slug(heading))];
}

/** Paths of the repository in inline code; patterns and data folders are left out. */
function pathsOf(page: string): readonly string[] {
  return codesOf(page).filter((code) =>
    /^(apps|packages|infra|tools|docs|sql|e2e|bench|model|mutation)\/[\w./-]+$/.test(code),
  );
}

/** The pnpm commands in inline code. */
function commandsOf(page: string): readonly string[] {
  const codes = codesOf(page).map((code) => code.replace(/^npx -y pnpm@12/, 'pnpm'));
  return codes.filter((code) => /^pnpm (--filter|-C|turbo run) /.test(code));
}

function codesOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');
}

/** Whether a pnpm command names a task of turbo, or a script of a package. */
function isDefined(command: string): boolean {
  const [, first, second = '', third = ''] = command.split(' ');
  if (first === 'turbo') return tasks.has(third);
  const manifest = manifests.find(({ name, folder }) => second === name || second === folder);
  return manifest !== undefined && third in manifest.scripts;
}

const tasks = new Set(
  Object.keys(JSON.parse(readPage('turbo.json')).tasks).map((task) => task.replace(/^.*#/, '')),
);
const manifests = globSync('{packages,apps}/*/package.json', { cwd: rootFolder })
  .concat(
    ['infra', 'tools', 'docs', 'e2e', 'bench', 'model', 'mutation'].map((folder) => `${folder}/package.json`),
  )
  .map((path) => ({ folder: dirname(path), ...JSON.parse(readPage(path)) }));

/** Quotes from files of the repository: a path as code, followed by one or several quotes from that file. */
function proofsOf(page: string): readonly { readonly file: string; readonly quote: string }[] {
  const cells = [...proseOf(page).matchAll(/`([\w./-]+\.ts)`((?: (?:and )?"[^"]+")+)/g)];
  return cells.flatMap(([, file = '', quotes = '']) =>
    [...quotes.matchAll(/"([^"]+)"/g)].map(([, quote = '']) => ({ file, quote })),
  );
}

/** A page without its code blocks. */
function proseOf(page: string): string {
  return readPage(page).replace(/^```[\s\S]*?^```$/gm, '');
}
