import { readSettings, type Settings } from '@pipeline/runtime';
import { connectDatabase, type Database } from '../client/connect.ts';
import { databaseSettings } from '../client/settings.ts';
import { type Migration, migrate } from '../migrate.ts';

/** A migrated database that only one test file uses. */
export interface FreshDatabase extends AsyncDisposable {
  readonly settings: Settings<typeof databaseSettings>;
  readonly database: Database;
}

/**
 * Creates a database on the server of a URL. It is not dropped; the test server is temporary.
 * @param migrations defaults to all
 */
export async function createFreshDatabase(
  serverUrl: string,
  migrations?: readonly Migration[],
): Promise<FreshDatabase> {
  const name = `test_${process.pid}_${Math.random().toString(36).slice(2)}`;
  await using server = connectDatabase(settingsFor(serverUrl), { applicationName: 'test', connections: 1 });
  // Events are UTF-8, but the server's default encoding may be another one.
  const statement = `create database ${name} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`;
  await server.run((sql) => sql.unsafe(statement));
  const url = new URL(serverUrl);
  url.pathname = name;
  const settings = settingsFor(url.href);
  await migrate(settings, migrations);
  const database = connectDatabase(settings, { applicationName: 'test', connections: 4 });
  return { settings, database, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

function settingsFor(url: string): Settings<typeof databaseSettings> {
  return readSettings(databaseSettings, { DATABASE_URL: url });
}
