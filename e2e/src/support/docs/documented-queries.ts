import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '@pipeline/db';
import { rootFolder } from '../programs/binaries.ts';

/** A query of a page, and what the page shows below it. */
export interface DocumentedQuery {
  readonly sql: string;
  /** A table of Markdown, or a block of text. */
  readonly shown: string;
}

const example = /^```sql\n((?:(?!```).*\n)*)```\n\n((?:\|.*\n)+|```text\n(?:(?!```).*\n)*```\n)/gm;

/** The queries of a page that are followed by their result. */
export function readQueries(page: string): readonly DocumentedQuery[] {
  const text = readFileSync(join(rootFolder, page), 'utf8');
  return [...text.matchAll(example)].map(([, sql = '', shown = '']) => ({ sql, shown }));
}

/** The driver adds the columns to the rows. */
type RawResult = readonly (readonly (Buffer | null)[])[] & {
  readonly columns?: readonly { readonly name: string }[];
};

/** Runs a query and shows its result as a page does: columns as a table, a plan as text. */
export async function showResult(database: Database, query: string): Promise<string> {
  const result: RawResult = await database.run((sql) => sql.unsafe(query).raw());
  const rows = result.map((row) => row.map((value) => (value === null ? '' : String(value))));
  const columns = (result.columns ?? []).map(({ name }) => name);
  if (columns[0] === 'QUERY PLAN') return ['```text', ...rows.flat(), '```', ''].join('\n');
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(line), ''].join('\n');
}
