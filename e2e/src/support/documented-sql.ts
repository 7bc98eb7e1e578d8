import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = join(import.meta.dirname, '../../../docs/operations.md');

/**
 * The first block of SQL of docs/operations.md that holds a text, with a password in place of each `'...'`.
 * @throws Error when there is none
 */
export function documentedSql(holds: string, password: string): string {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```sql\n([\s\S]*?)^```$/gm)];
  const found = blocks.map(([, block = '']) => block).find((block) => block.includes(holds));
  if (found === undefined) throw new Error(`docs/operations.md has no SQL with ${holds}`);
  return found.replaceAll("'...'", `'${password}'`);
}
