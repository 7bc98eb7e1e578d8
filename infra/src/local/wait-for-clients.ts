import { setTimeout as sleep } from 'node:timers/promises';
import { connectDatabase, type DatabaseUrl, databaseSettings } from '@pipeline/db';
import { readSettings } from '@pipeline/runtime';

/** Clients have 10 s to end; what they have not done in this time they will not do. */
const LONGEST_MS = 4_000;
const ASK_MS = 100;

/**
 * Waits until no other client is connected to a database, at most 4 s: Ctrl-C reaches the apps and the servers at the
 * same time, and an app that is writing its last batch should find them there.
 */
export async function waitForClients(url: DatabaseUrl): Promise<void> {
  const settings = readSettings(databaseSettings, { DATABASE_URL: url.text });
  await using database = connectDatabase(settings, { applicationName: 'infra', connections: 1 });
  const deadline = Date.now() + LONGEST_MS;
  while (Date.now() < deadline && (await countClients(database)) > 0) await sleep(ASK_MS);
}

async function countClients(database: ReturnType<typeof connectDatabase>): Promise<number> {
  try {
    const [row] = await database.run<{ clients: number }>(
      (sql) => sql`
        select count(*)::int as clients from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return row?.clients ?? 0;
  } catch {
    return 0;
  }
}
