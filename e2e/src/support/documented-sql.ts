import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = join(import.meta.dirname, '../../../docs/operations.md');

/**
 * The first SQL block of docs/operations.md that contains a text, with `'...'` replaced by a password.
 * @throws Error if there is none
 */
export function documentedSql(text: string, password: string): string {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```sql\n([\s\S]*?)^```$/gm)];
  const found = blocks.map(([, block = '']) => block).find((block) => block.includes(text));
  if (found === undefined) throw new Error(`docs/operations.md has no SQL with ${text}`);
  return found.replaceAll("'...'", `'${password}'`);
}
