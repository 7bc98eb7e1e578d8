import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedNames, embeddedText, type Settings } from '@pipeline/runtime';
import { databaseUserError, openPool, type Sql } from './connect.ts';
import { codeOf, isTransientError } from './errors.ts';
import type { databaseSettings } from './settings.ts';

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

/** Of a large table a change takes as long as it takes; one that was cut off would be tried again for ever. */
const NO_LIMIT = 0;

/** Each step takes it for its transaction: a pooler may give the next one another session. */
const takeLock = `select pg_advisory_xact_lock(${LOCK});`;

/**
 * Brings the tables up to date. Safe to repeat and to run twice at once.
 * @returns the names of the migrations that were applied
 * @throws UserError for a lasting fault, the driver's error for a passing one
 */
export async function migrate(
  settings: Settings<typeof databaseSettings>,
  migrations: readonly Migration[] = ownMigrations(),
): Promise<readonly string[]> {
  const patient = { ...settings, DATABASE_STATEMENT_TIMEOUT_MS: NO_LIMIT };
  const sql = openPool(patient, { applicationName: 'migrate', connections: 1 });
  const applied: string[] = [];
  try {
    await sql.unsafe(`${takeLock} ${createNotes}`).simple();
    for (const migration of await findPending(sql, migrations))
      if (await runMigration(sql, migration)) applied.push(migration.name);
    return applied;
  } catch (error) {
    throw isTransientError(error) ? error : databaseUserError(error);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

const createNotes =
  'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())';

async function findPending(sql: Sql, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const rows = await sql<{ name: string }[]>`select name from schema_migrations`;
  const applied = new Set(rows.map(({ name }) => name));
  return migrations.filter(({ name }) => !applied.has(name));
}

/** A code of our own: another process has applied the migration while this one waited. */
const APPLIED = 'MG001';

/** The file and the note that it ran are one simple query, which Postgres runs as one transaction. Returns whether it ran. */
async function runMigration(sql: Sql, { name, sql: text }: Migration): Promise<boolean> {
  const quoted = `'${name.replaceAll("'", "''")}'`;
  const endIfApplied = `do $$ begin
      if exists (select from schema_migrations where name = ${quoted}) then raise exception 'applied' using errcode = '${APPLIED}'; end if;
    end $$;`;
  const note = `insert into schema_migrations (name) values (${quoted});`;
  try {
    await sql.unsafe(`${takeLock} ${endIfApplied} ${text}\n;${note}`).simple();
    return true;
  } catch (error) {
    if (codeOf(error) === APPLIED) return false;
    throw error;
  }
}
