import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '../../../../docs');

/**
 * The first SQL block of the pages in docs/ that contains a text, with `'...'` replaced by a password.
 * @throws Error if there is none
 */
export function documentedSql(text: string, password: string): string {
  const pages = globSync('*.md', { cwd: docs }).map((page) => readFileSync(join(docs, page), 'utf8'));
  const blocks = pages.flatMap((page) => [...page.matchAll(/^```sql\n([\s\S]*?)^```$/gm)]);
  const found = blocks.map(([, block = '']) => block).find((block) => block.includes(text));
  if (found === undefined) throw new Error(`no page in docs/ has SQL with ${text}`);
  return found.replaceAll("'...'", `'${password}'`);
}
