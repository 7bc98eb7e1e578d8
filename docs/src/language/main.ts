import { renderTable } from '../table.ts';
import { countWords, findAvoided, showFinding } from './check.ts';
import { type Prose, readRepository } from './prose.ts';
import { avoidedWords, COMMENT_LIMIT } from './words.ts';

/** `pnpm --filter docs language [PATH]` prints counts per folder and, of the files under PATH, every finding. */
const [path] = process.argv.slice(2);
const prose = readRepository();
console.log(showCounts(prose));
if (path !== undefined)
  for (const finding of findAvoided(prose.filter(({ file }) => file.startsWith(path))))
    console.log(`${showFinding(finding)} (${finding.prose.kind})`);

function showCounts(all: readonly Prose[]): string {
  const counted = avoidedWords.filter((word) => word.counted).map(({ words }) => words);
  const folders = [...new Set(all.map(({ file }) => folderOf(file)))];
  const rows = folders.map((folder) => [
    folder,
    ...showRow(all.filter(({ file }) => folderOf(file) === folder)),
  ]);
  const perThousand = `per 1,000 (limit ${COMMENT_LIMIT})`;
  const headings = ['comments', 'words', ...counted, perThousand, 'others', 'in text', 'in test names'];
  return renderTable(headings, [...rows, ['total', ...showRow(all)]]);
}

function showRow(all: readonly Prose[]): readonly string[] {
  const [comments = [], text = [], names = []] = (['comment', 'text', 'test name'] as const).map((kind) =>
    all.filter((piece) => piece.kind === kind),
  );
  const words = countWords(comments);
  const found = findAvoided(comments);
  const counted = found.filter(({ word }) => word.counted);
  const columns = avoidedWords
    .filter((word) => word.counted)
    .map((column) => counted.filter(({ word }) => word === column).length);
  const share = words === 0 ? 0 : (1000 * counted.length) / words;
  const rest = [found.length - counted.length, findAvoided(text).length, findAvoided(names).length];
  return [words, ...columns, share.toFixed(2), ...rest].map(String);
}

/** The package, or the folder at the root. */
function folderOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  if (!file.includes('/')) return '(root)';
  return first === 'apps' || first === 'packages' ? `${first}/${second}` : first;
}
