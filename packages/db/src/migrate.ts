import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedNames, embeddedText, type Settings } from '@pipeline/runtime';
import { databaseFailure, openPool, type Sql } from './connect.ts';
import type { databaseSettings } from './settings.ts';
import { isPassingFault } from './sqlstate.ts';

/** A migration: its name decides the order. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** The migrations of a folder of `.sql` files, in the order of their names. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name) => ({ name, sql: readFileSync(join(folder, name), 'utf8') }));
}

/** The folder of the pipeline's own migrations: beside the built package, or at the root of the repository. */
export const migrationsFolder = existsSync(join(import.meta.dirname, 'sql'))
  ? join(import.meta.dirname, 'sql')
  : join(import.meta.dirname, '../../../sql');

/** The pipeline's own migrations; an executable carries them inside, as `sql/NAME`. */
function ownMigrations(): readonly Migration[] {
  const embedded = embeddedNames().filter((name) => name.startsWith('sql/'));
  if (embedded.length === 0) return readMigrations(migrationsFolder);
  return embedded.sort().map((name) => ({ name: name.slice(4), sql: embeddedText(name) ?? '' }));
}

/** Two processes that migrate at once wait for each other on this advisory lock. */
const LOCK = 7_305_117;

/**
 * Brings the tables up to date. Safe to repeat and to run twice at once.
 * @returns the names of the migrations that were applied
 * @throws Failure for a lasting fault, the driver's error for a passing one
 */
export async function migrate(
  settings: Settings<typeof databaseSettings>,
  migrations: readonly Migration[] = ownMigrations(),
): Promise<readonly string[]> {
  const sql = openPool(settings, { applicationName: 'migrate', connections: 1 });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    await sql`create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())`;
    const pending = await findPending(sql, migrations);
    for (const migration of pending) await runMigration(sql, migration);
    return pending.map(({ name }) => name);
  } catch (error) {
    throw isPassingFault(error) ? error : databaseFailure(error);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

async function findPending(sql: Sql, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const rows = await sql<{ name: string }[]>`select name from schema_migrations`;
  const applied = new Set(rows.map(({ name }) => name));
  return migrations.filter(({ name }) => !applied.has(name));
}

/** The file and the note that it ran are one simple query, which Postgres runs as one transaction. */
async function runMigration(sql: Sql, { name, sql: text }: Migration): Promise<void> {
  const noted = `insert into schema_migrations (name) values ('${name.replaceAll("'", "''")}');`;
  await sql.unsafe(`${text}\n;${noted}`).simple();
}
