import { connectDatabase, type DatabaseUrl, databaseSettings, isTransientError } from '@pipeline/db';
import { readSettings, type Settings } from '@pipeline/runtime';
import { acceptsConnections } from '../endpoint.ts';

/**
 * Whether a database URL works now.
 * @throws the driver's error if it is permanent, such as a wrong password
 */
export async function acceptsQueries(url: DatabaseUrl): Promise<boolean> {
  return (await queryVersion(readSettings(databaseSettings, { DATABASE_URL: url.text }))) !== undefined;
}

/**
 * The version of the configured Postgres, such as `18.4`; undefined while it does not respond.
 * @throws the driver's error if it is permanent
 */
export async function queryVersion(settings: Settings<typeof databaseSettings>): Promise<string | undefined> {
  if (!(await acceptsConnections(settings.DATABASE_URL))) return undefined;
  await using database = connectDatabase(settings, { applicationName: 'infra', connections: 1 });
  try {
    const [row] = await database.run<{ version: string }>(
      (sql) => sql`select current_setting('server_version') as version`,
    );
    return row?.version;
  } catch (error) {
    if (isTransientError(error)) return undefined;
    throw error;
  }
}
