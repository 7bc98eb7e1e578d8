import type { Database } from '../client/connect.ts';
import { codeOf } from '../client/errors.ts';

/** The versions of the server and of the tables. */
export interface DatabaseVersions {
  readonly postgres: string;
  /** Name of the newest applied migration; null if this user may not read it. */
  readonly migration: string | null;
}

/** Reads the versions of the server and of the tables. @throws the driver's error */
export async function readVersions(database: Database): Promise<DatabaseVersions> {
  const [server] = await database.run(
    (sql) => sql<{ postgres: string }[]>`select current_setting('server_version') as postgres`,
  );
  return { postgres: server?.postgres ?? '', migration: await readNewestMigration(database) };
}

const INSUFFICIENT_PRIVILEGE = '42501';

async function readNewestMigration(database: Database): Promise<string | null> {
  try {
    const [newest] = await database.run(
      (sql) => sql<{ name: string | null }[]>`select max(name) as name from pipeline.schema_migrations`,
    );
    return newest?.name ?? null;
  } catch (error) {
    if (codeOf(error) === INSUFFICIENT_PRIVILEGE) return null;
    throw error;
  }
}
