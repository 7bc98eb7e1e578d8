import type { Rollup } from '@pipeline/schema';
import type { Database } from '../client/connect.ts';

/**
 * Reads the roll-ups that Postgres maintains: of one that was declared differently, the form that is being filled.
 * @returns null if the tables are older than roll-ups, or the login may not read them
 */
export async function readStoredRollups(database: Database): Promise<readonly Rollup[] | null> {
  const [right] = await database.run(
    (sql) => sql<{ mayRead: boolean | null }[]>`
      select has_table_privilege(to_regclass('pipeline.rollups'), 'select') as "mayRead"`,
  );
  if (!right?.mayRead) return null;
  return await database.run(
    (sql) => sql<Rollup[]>`
      select distinct on (event_type, name) event_type as "eventType", name, aggregate, to_jsonb(member) as member,
             dimensions, bucket_minutes as "bucketMinutes", key_limit as "keyLimit", view_name as "viewName"
      from pipeline.rollups where status <> 'retired'
      order by event_type, name, status desc`,
  );
}
