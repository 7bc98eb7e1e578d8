import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedNames, embeddedText, retryForever, type Settings } from '@pipeline/runtime';
import { openPool, type Sql } from './client/connect.ts';
import { codeOf, toUserError } from './client/errors.ts';
import type { databaseSettings } from './client/settings.ts';

/** A migration; migrations run in the order of their names. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** Reads the `.sql` files of a folder, sorted by name. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name) => ({ name, sql: readFileSync(join(folder, name), 'utf8') }));
}

/** The folder of the pipeline's migrations: inside the built package, or at the root of the repository. */
export const migrationsFolder = existsSync(join(import.meta.dirname, 'sql'))
  ? join(import.meta.dirname, 'sql')
  : join(import.meta.dirname, '../../../sql');

/** The pipeline's migrations; executables embed them as `sql/NAME`. */
function ownMigrations(): readonly Migration[] {
  const embedded = embeddedNames().filter((name) => name.startsWith('sql/'));
  if (embedded.length === 0) return readMigrations(migrationsFolder);
  return embedded.sort().map((name) => ({ name: name.slice(4), sql: embeddedText(name) ?? '' }));
}

/** Advisory lock key that serializes concurrent migrations; for `public` as before there were other schemas. */
const LOCK = 7_305_117;

/**
 * Takes the schema's lock and makes the schema that of unqualified names. Per transaction, because a pooler
 * may run the next one in another session. Everything else queues behind a lock that is waited for, so a
 * migration waits only briefly and then retries, like maintenance.
 */
export function enter(schema: string): string {
  const key = schema === 'public' ? LOCK : `hashtextextended('${schema}', ${LOCK})`;
  return `select set_config('lock_timeout', '500ms', true),
                 set_config('search_path', '"${schema}", pg_temp', true), pg_advisory_xact_lock(${key});`;
}

const LOCK_NOT_AVAILABLE = '55P03';

/** Migrations that consumers of the previous version cannot work with. */
const finishing = /_finish\.sql$/;

export interface MigrateOptions {
  /** Whether all consumers run this version, so that every migration may be applied. Defaults to false. */
  readonly finish?: boolean;
  /** Ends a migration that waits for a lock. */
  readonly signal?: AbortSignal;
  /** Called with the error before each retry of a migration that did not get a lock. */
  readonly onRetry?: (error: unknown) => void;
}

/**
 * Applies the pending migrations; those named `…_finish.sql` only to a new database, or with `finish`. Retries
 * while other sessions hold locks. Creates the schema if it is missing. Safe to repeat and to run
 * concurrently.
 * @returns the names of the applied migrations
 * @throws UserError for a permanent error, the driver's error for a transient one, the signal's reason
 */
export async function migrate(
  settings: Settings<typeof databaseSettings>,
  migrations: readonly Migration[] = ownMigrations(),
  { finish = false, ...options }: MigrateOptions = {},
): Promise<readonly string[]> {
  const waiting = { isTransient: isLockTimeout, ...options };
  const schema = settings.DATABASE_SCHEMA;
  return await withMigrator(withoutTimeout(settings), async (sql) => {
    const run = (text: string) => sql.unsafe(`${enter(schema)} ${text}`).simple();
    const applied: string[] = [];
    await retryForever(() => run(createMigrationsTable(schema)), waiting);
    for (const migration of await findPending(sql, migrations, finish))
      if (await retryForever(() => runMigration(run, migration), waiting)) applied.push(migration.name);
    return applied;
  });
}

/**
 * Runs migrations on a connection of their own.
 * @throws UserError for a permanent error, every other error of `work` unchanged
 */
export async function withMigrator<Value>(
  settings: Settings<typeof databaseSettings>,
  work: (sql: Sql) => Promise<Value>,
): Promise<Value> {
  const sql = openPool(settings, { applicationName: 'migrate', connections: 1 });
  try {
    return await work(sql);
  } catch (error) {
    throw toUserError(error);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** For work on large tables: a statement that times out would be retried indefinitely. */
export function withoutTimeout(settings: Settings<typeof databaseSettings>) {
  return { ...settings, DATABASE_STATEMENT_TIMEOUT_MS: 0 };
}

/** `create schema if not exists` would require the right to create schemas, even if there is one. */
const createMigrationsTable = (schema: string) => `
  do $$ begin if to_regnamespace('"${schema}"') is null then create schema "${schema}"; end if; end $$;
  create table if not exists pipeline.schema_migrations (
    name text primary key, applied_at timestamptz not null default now())`;

/** Whether another session holds a lock that a migration needs. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === LOCK_NOT_AVAILABLE;
}

async function findPending(
  sql: Sql,
  migrations: readonly Migration[],
  finish: boolean,
): Promise<readonly Migration[]> {
  const rows = await sql<{ name: string }[]>`select name from pipeline.schema_migrations`;
  const applied = new Set(rows.map(({ name }) => name));
  const isFinishing = finish || applied.size === 0;
  return migrations.filter(({ name }) => !applied.has(name) && (isFinishing || !finishing.test(name)));
}

/** How the applied migrations differ from those of this version. */
export interface ComparedMigrations {
  /** Those that consumers of this version need. */
  readonly pending: readonly string[];
  /** Those that only a later version knows. */
  readonly unknown: readonly string[];
}

/** Compares the names of applied migrations with those of this version. */
export function compareMigrations(applied: readonly string[]): ComparedMigrations {
  const own = ownMigrations().map(({ name }) => name);
  return {
    pending: own.filter((name) => !applied.includes(name) && !finishing.test(name)),
    unknown: applied.filter((name) => !own.includes(name)),
  };
}

/** A custom SQLSTATE: another process applied the migration while this one waited for the lock. */
const APPLIED = 'MG001';

/**
 * Runs the file and records its name in one simple query, which Postgres runs as one transaction.
 * @returns false if another process has applied it
 */
async function runMigration(
  run: (text: string) => PromiseLike<unknown>,
  { name, sql: text }: Migration,
): Promise<boolean> {
  const quoted = `'${name.replaceAll("'", "''")}'`;
  const endIfApplied = `do $$ begin
      if exists (select from pipeline.schema_migrations where name = ${quoted}) then
        raise exception 'applied' using errcode = '${APPLIED}';
      end if;
    end $$;`;
  const record = `insert into pipeline.schema_migrations (name) values (${quoted});`;
  try {
    await run(`${endIfApplied} ${text}\n;${record}`);
    return true;
  } catch (error) {
    if (codeOf(error) === APPLIED) return false;
    throw error;
  }
}
