import { renderTable } from '../table.ts';
import { countWords, findAvoided, showFinding } from './check.ts';
import { type Prose, readRepository } from './prose.ts';
import { avoidedWords, COMMENT_LIMIT } from './words.ts';

/** `pnpm --filter docs language [PATH]` prints counts per folder, and every use in the files under PATH. */
const [path] = process.argv.slice(2);
const prose = readRepository();
console.log(renderCounts(prose));
if (path !== undefined)
  for (const finding of findAvoided(prose.filter(({ file }) => file.startsWith(path))))
    console.log(`${showFinding(finding)} (${finding.kind})`);

function renderCounts(all: readonly Prose[]): string {
  const columns = avoidedWords.flatMap(({ column }) => column ?? []);
  const perThousand = `per 1,000 words (limit ${COMMENT_LIMIT})`;
  const headings = ['comments', 'words', ...columns, perThousand, 'others', 'in text', 'in test names'];
  const folders = [...new Set(all.map(({ file }) => folderOf(file)))];
  const rows = folders.map((folder) => [
    folder,
    ...count(all.filter(({ file }) => folderOf(file) === folder)),
  ]);
  return renderTable(headings, [...rows, ['total', ...count(all)]]);
}

function count(all: readonly Prose[]): readonly string[] {
  const words = countWords(all.filter(({ kind }) => kind === 'comment'));
  const found = findAvoided(all);
  const inComments = found.filter(({ kind }) => kind === 'comment');
  const byColumn = avoidedWords
    .filter(({ column }) => column !== undefined)
    .map((word) => inComments.filter((finding) => finding.word === word).length);
  const sum = byColumn.reduce((total, one) => total + one, 0);
  const others = ['text', 'test name'].map((kind) => found.filter((finding) => finding.kind === kind).length);
  const share = words === 0 ? 0 : (1000 * sum) / words;
  return [words, ...byColumn, share.toFixed(2), inComments.length - sum, ...others].map(String);
}

/** The package, or the folder at the root. */
function folderOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  if (!file.includes('/')) return '(root)';
  return first === 'apps' || first === 'packages' ? `${first}/${second}` : first;
}
