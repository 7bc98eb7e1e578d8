import { setTimeout as sleep } from 'node:timers/promises';
import { connectDatabase, type DatabaseUrl, databaseSettings } from '@pipeline/db';
import { readSettings } from '@pipeline/runtime';

/** Everything has to end within 10 s, a few of which Kafka and Postgres need to stop. */
const TIMEOUT_MS = 4_000;
const POLL_MS = 100;

/**
 * Waits until no consumer is connected to a database, at most 4 s. Ctrl-C reaches the apps and the servers at
 * the same time, and a consumer needs the servers to write its last batch.
 */
export async function waitForConsumers(url: DatabaseUrl): Promise<void> {
  const settings = readSettings(databaseSettings, { DATABASE_URL: url.text });
  await using database = connectDatabase(settings, { applicationName: 'infra', connections: 1 });
  const deadline = Date.now() + TIMEOUT_MS;
  while (Date.now() < deadline && (await countConsumers(database)) > 0) await sleep(POLL_MS);
}

async function countConsumers(database: ReturnType<typeof connectDatabase>): Promise<number> {
  try {
    const [row] = await database.run<{ consumers: number }>(
      (sql) => sql`
        select count(*)::int as consumers from pg_stat_activity
        where application_name = 'consumer'`,
    );
    return row?.consumers ?? 0;
  } catch {
    return 0;
  }
}
