import { createInterface, type Interface } from 'node:readline';
import { connectDatabase, type Database, type databaseSettings, describeError } from '@pipeline/db';
import { exitCode, type Settings } from '@pipeline/runtime';
import { splitStatements } from './statements.ts';
import { formatTable } from './table.ts';

const listTables = `select schemaname as "Schema", tablename as "Name", tableowner as "Owner"
  from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1, 2`;

/**
 * A small shell for machines without psql: statements end with `;` or at the end of the input, `\dt` lists
 * the tables, `\q` or Ctrl-D quits.
 * @returns the exit code: 1 if a statement failed and stdin is not a terminal
 */
export async function runShell(settings: Settings<typeof databaseSettings>): Promise<number> {
  await using database = connectDatabase(settings, { applicationName: 'psql', connections: 1 });
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: process.stdin.isTTY,
  });
  let typed = '';
  let failed = false;
  prompt(lines, typed);
  for await (const line of lines) {
    if (line.trim() === '\\q') break;
    const { statements, rest } = splitStatements(typed + expand(line));
    for (const statement of statements) failed = !(await runStatement(database, statement)) || failed;
    typed = rest === '' ? '' : `${rest}\n`;
    prompt(lines, typed);
  }
  lines.close();
  if (typed !== '' && !process.stdin.isTTY) failed = !(await runStatement(database, typed)) || failed;
  return failed && !process.stdin.isTTY ? exitCode.failed : exitCode.done;
}

function expand(line: string): string {
  return line.trim() === '\\dt' ? `${listTables};` : line;
}

function prompt(lines: Interface, typed: string): void {
  if (!process.stdin.isTTY) return;
  lines.setPrompt(typed === '' ? 'app=> ' : 'app-> ');
  lines.prompt();
}

/** Prints the rows or the error; returns whether it succeeded. */
async function runStatement(database: Database, statement: string): Promise<boolean> {
  try {
    const rows = await database.run<Record<string, unknown>>((sql) => sql.unsafe(statement));
    process.stdout.write(`${formatTable(rows)}\n`);
    return true;
  } catch (error) {
    process.stderr.write(`ERROR: ${describeError(error)}\n`);
    return false;
  }
}
